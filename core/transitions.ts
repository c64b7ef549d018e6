import { amend, type Facts } from './amendments.js'
import type { DeviationId } from './deviations.js'
import { type Outcome, outcomesOf, PLANS, type Plan, type ReferenceRule, type Rule } from './plans.js'
import { TASKS_SEEN, type TaskSeen } from './seen.js'
import { CHECKPOINTS_SEEN, type CheckpointSeen, type Status } from './status.js'

/** `reference` agrees with containerd in every cell; `safe` is the reference with a listed set of cells replaced. */
export const PROFILES = ['reference', 'safe'] as const
export type Profile = (typeof PROFILES)[number]

type Row<R extends Rule> = Readonly<Record<CheckpointSeen, R>>
type Table<R extends Rule> = Readonly<Record<TaskSeen, Row<R>>>

const same = <R extends Rule>(rule: R): Row<R> => ({
  UNREADABLE: rule,
  BLANK: rule,
  CREATED: rule,
  RUNNING: rule,
  EXITED: rule,
})

/** The machine: task seen × checkpoint seen → plan. All else reads this (reference: loadContainer). */
const REFERENCE: Table<ReferenceRule> = {
  MISSING: { ...same('settled'), CREATED: 'fresh-io', RUNNING: 'lost' },
  UNREACHABLE: same('unreachable'),
  CREATED: { ...same('half-made'), CREATED: 'undo-start' },
  RUNNING: { ...same('started-unseen'), RUNNING: 'still-running', EXITED: 'risen' },
  STOPPED: same('ended'),
  PAUSED: same('not-understood'),
  PAUSING: same('not-understood'),
  UNKNOWN: same('not-understood'),
}

const ALIVE: Row<Rule> = {
  UNREADABLE: 'running-believed',
  BLANK: 'running-learnt',
  CREATED: 'running-learnt',
  RUNNING: 'running-watched',
  EXITED: 'risen-watched',
}

/** The cells of the reference that `safe` replaces; each plan here names its deviations. */
const SAFE: Table<Rule> = {
  ...REFERENCE,
  MISSING: { ...REFERENCE.MISSING, RUNNING: 'lost-told', EXITED: 'settled-exit' },
  CREATED: { ...same<Rule>('half-made-watched'), CREATED: 'undo-start' },
  RUNNING: ALIVE,
  STOPPED: { ...same<Rule>('ended-learnt'), UNREADABLE: 'ended-believed', EXITED: 'ended-recorded' },
  PAUSED: ALIVE,
  PAUSING: ALIVE,
  UNKNOWN: same('in-doubt-watched'),
}

export const TABLES: Readonly<Record<Profile, Table<Rule>>> = { reference: REFERENCE, safe: SAFE }

/** A plan with the name that it goes by. */
export interface Decision {
  readonly rule: Rule
  readonly plan: Plan
}

/**
 * What to do about a container: the cell of the table. Total, and the whole decision.
 *
 * @example
 * decide('reference', 'STOPPED', 'RUNNING').rule // 'ended'
 */
export const decide = (profile: Profile, task: TaskSeen, checkpoint: CheckpointSeen): Decision => {
  const rule = TABLES[profile][task][checkpoint]
  return { rule, plan: PLANS[rule] }
}

/** What became of a container. `monitorPid`: the pid learnt with the start, for the monitor; 0 where the checkpoint knew it already. */
export interface Settled {
  readonly status: Status
  readonly monitored: boolean
  readonly monitorPid: number
}

/**
 * What became of a container once its plan's effect ended so. Total: a contradiction is doubt, never an exception.
 *
 * @param before - the checkpoint's status, or UNREADABLE_STATUS
 */
export const settle = (plan: Plan, outcome: Outcome, before: Status, facts: Facts): Settled => {
  const amendments = plan.outcomes[outcome]
  const monitored = plan.effect === 'await-exit' && outcome === 'done'
  const started = amendments.some((name) => name === 'start' || name === 'start-sanely')
  return {
    status: amend(before, amendments, facts),
    monitored,
    monitorPid: started ? facts.pid : 0,
  }
}

/** One row of the written-out table: a cell, and an outcome that its plan can have. */
export interface TableRow {
  readonly task: TaskSeen
  readonly checkpoint: CheckpointSeen
  readonly outcome: Outcome
}

/** Every row of a profile's table: 40 cells, and in each the outcomes that its plan can have. */
export const rowsOf = (profile: Profile): readonly TableRow[] =>
  TASKS_SEEN.flatMap((task) =>
    CHECKPOINTS_SEEN.flatMap((checkpoint) =>
      outcomesOf(decide(profile, task, checkpoint).plan).map((outcome) => ({ task, checkpoint, outcome })),
    ),
  )

const HELD: ReadonlySet<TaskSeen> = new Set<TaskSeen>(['PAUSED', 'PAUSING'])

/** Why `safe` differs in this cell; empty where it does not. */
export const deviationsOf = (task: TaskSeen, checkpoint: CheckpointSeen): readonly DeviationId[] => {
  const { plan } = decide('safe', task, checkpoint)
  return HELD.has(task) ? ['paused', ...plan.deviations] : plan.deviations
}
