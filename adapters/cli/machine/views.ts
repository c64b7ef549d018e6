import { AMENDMENTS, type Amendment } from '../../../core/amendments.js'
import type { DeviationId } from '../../../core/deviations.js'
import { type Outcome, outcomesOf, PLANS, type Plan } from '../../../core/plans.js'
import { RESCUE_PLANS, RESCUE_TABLE, type RescueRule } from '../../../core/rescue.js'
import {
  SANDBOX_PLANS,
  SANDBOX_TABLES,
  type SandboxPlan,
  STORED_SEEN,
  STORED_TABLES,
  sandboxOutcomesOf,
} from '../../../core/sandbox.js'
import { TASKS_SEEN } from '../../../core/seen.js'
import { CHECKPOINTS_SEEN } from '../../../core/status.js'
import { deviationsOf, type Profile, TABLES } from '../../../core/transitions.js'

/** The tables that decide, in one shape for whatever prints them. Everything here is read from them. */

interface OutcomeView {
  readonly outcome: Outcome
  /** Names of amendments, or the state of a sandbox. */
  readonly names: readonly string[]
  readonly text: string
}

export interface PlanView {
  readonly rule: string
  readonly why: string
  readonly reference: string
  readonly effect: string
  readonly outcomes: readonly OutcomeView[]
  readonly deviations: readonly DeviationId[]
}

export interface CellView {
  /** What was seen, one word an axis. */
  readonly seen: readonly string[]
  readonly rules: Readonly<Record<Profile, PlanView>>
  /** Why `safe` differs here; empty where it does not. */
  readonly deviations: readonly DeviationId[]
}

export type SectionName = 'container' | 'sandbox' | 'stored' | 'rescue'

export interface Section {
  readonly name: SectionName
  readonly title: string
  /** What each word of a cell is about, and the words that it can be. */
  readonly axes: readonly { readonly name: string; readonly words: readonly string[] }[]
  readonly cells: readonly CellView[]
}

const textOf = (names: readonly Amendment[]): string => names.map((name) => AMENDMENTS[name].text).join('; ')

const containerPlan = (rule: keyof typeof PLANS): PlanView => {
  const plan: Plan = PLANS[rule]
  const outcomes = outcomesOf(plan).map((outcome): OutcomeView => {
    const names = plan.outcomes[outcome]
    return { outcome, names, text: names.length === 0 ? 'as it was' : textOf(names) }
  })
  return { ...plan, rule, outcomes }
}

const sandboxPlan = (rule: keyof typeof SANDBOX_PLANS): PlanView => {
  const plan: SandboxPlan = SANDBOX_PLANS[rule]
  const outcomes = sandboxOutcomesOf(plan).map((outcome): OutcomeView => {
    const state = plan.outcomes[outcome]
    return { outcome, names: state === null ? [] : [state], text: state ?? 'not shown' }
  })
  return { ...plan, rule, outcomes }
}

const containers: Section = {
  name: 'container',
  title: 'Containers',
  axes: [
    { name: 'task', words: TASKS_SEEN },
    { name: 'checkpoint', words: CHECKPOINTS_SEEN },
  ],
  cells: TASKS_SEEN.flatMap((task) =>
    CHECKPOINTS_SEEN.map((checkpoint) => ({
      seen: [task, checkpoint],
      rules: {
        reference: containerPlan(TABLES.reference[task][checkpoint]),
        safe: containerPlan(TABLES.safe[task][checkpoint]),
      },
      deviations: deviationsOf(task, checkpoint),
    })),
  ),
}

const sandboxes: Section = {
  name: 'sandbox',
  title: 'Sandboxes',
  axes: [{ name: 'task', words: TASKS_SEEN }],
  cells: TASKS_SEEN.map((task) => ({
    seen: [task],
    rules: {
      reference: sandboxPlan(SANDBOX_TABLES.reference[task]),
      safe: sandboxPlan(SANDBOX_TABLES.safe[task]),
    },
    deviations: SANDBOX_PLANS[SANDBOX_TABLES.safe[task]].deviations,
  })),
}

const stored: Section = {
  name: 'stored',
  title: 'Sandboxes of the sandbox store only',
  axes: [{ name: 'controller', words: STORED_SEEN }],
  cells: STORED_SEEN.map((seen) => ({
    seen: [seen],
    rules: {
      reference: sandboxPlan(STORED_TABLES.reference[seen]),
      safe: sandboxPlan(STORED_TABLES.safe[seen]),
    },
    deviations: SANDBOX_PLANS[STORED_TABLES.safe[seen]].deviations,
  })),
}

/** A rescue only writes: its plans have no effect, and its one outcome is what is written. */
const rescuePlan = (rule: RescueRule): PlanView => {
  const { why, amendments } = RESCUE_PLANS[rule]
  const text = amendments.length === 0 ? 'as it was' : textOf(amendments)
  const outcomes = [{ outcome: 'done', names: amendments, text }] as const
  return { rule, why, reference: '', effect: 'none', outcomes, deviations: [] }
}

const rescue: Section = {
  name: 'rescue',
  title: 'Rescue, while containerd is down',
  axes: [
    { name: 'shim', words: TASKS_SEEN },
    { name: 'checkpoint', words: CHECKPOINTS_SEEN },
  ],
  cells: TASKS_SEEN.flatMap((task) =>
    CHECKPOINTS_SEEN.map((checkpoint) => {
      const plan = rescuePlan(RESCUE_TABLE[task][checkpoint])
      return { seen: [task, checkpoint], rules: { reference: plan, safe: plan }, deviations: [] }
    }),
  ),
}

export const SECTIONS: readonly Section[] = [containers, sandboxes, stored, rescue]

/** What a table shows: one profile, or the reference with what `safe` does otherwise. */
export type Shown = Profile | 'both'

export const profilesOf = (shown: Shown): readonly Profile[] =>
  shown === 'both' ? ['reference', 'safe'] : [shown]

export const differs = (cell: CellView): boolean => cell.rules.reference.rule !== cell.rules.safe.rule

/** The plans that occur, each once, in the order of the cells. */
export const plansOf = (section: Section, shown: Shown): readonly PlanView[] => {
  const plans = new Map<string, PlanView>()
  for (const profile of profilesOf(shown))
    for (const { rules } of section.cells) plans.set(rules[profile].rule, rules[profile])
  return [...plans.values()]
}

/** Outcomes that come to the same, together: `done, not_found` → text. */
export const grouped = (
  plan: PlanView,
): readonly { readonly outcomes: readonly Outcome[]; readonly text: string }[] => {
  const groups = new Map<string, Outcome[]>()
  for (const { outcome, text } of plan.outcomes) groups.set(text, [...(groups.get(text) ?? []), outcome])
  return [...groups].map(([text, outcomes]) => ({ outcomes, text }))
}

/** How a group of outcomes is called; `always` where it is all that can come. */
export const outcomeWords = (plan: PlanView, outcomes: readonly Outcome[]): string =>
  outcomes.length === plan.outcomes.length
    ? 'always'
    : outcomes.map((outcome) => outcome.replace('_', ' ')).join(', ')
