import { type Commit, commitRefusal } from './commit.js'
import { type ContainerPlan, expectation, settleContainer } from './container-plan.js'
import { containerProblems } from './container-problems.js'
import type { Performed } from './performed.js'
import type { Effect } from './plans.js'
import type { Action, ActionKind, ContainerRow } from './report.js'
import { criView } from './view.js'

const EFFECTS: Readonly<Record<Effect, ActionKind | null>> = {
  none: null,
  'create-io': 'create-io',
  'delete-task': 'delete-task',
  'await-exit': 'await-exit',
}

/** The action that stands for an effect in the report; null for doing nothing. */
export const actionKindOf = (effect: Effect): ActionKind | null => EFFECTS[effect]

const planned = (kind: ActionKind, detail: string | null = null): Action => ({ kind, outcome: null, detail })

const commitActions = (commit: Commit): readonly Action[] => [
  ...(commit.makeDirectory ? [planned('make-directory')] : []),
  ...(commit.setAside ? [planned('set-aside-checkpoint')] : []),
  ...(commit.write === null ? [] : [planned('write-checkpoint')]),
]

/** The performance that a plan expects: every effect that can work works. */
export const expectedPerformance = (plan: ContainerPlan): Performed => {
  const { ending, commit, obstacle } = expectation(plan)
  const effect = plan.decision === null ? null : actionKindOf(plan.decision.plan.effect)
  return {
    ending,
    unwritten: obstacle,
    actions: [
      ...(effect === null || ending === 'withheld' ? [] : [planned(effect)]),
      ...(commitRefusal(plan.profile, plan.seen, commit) === null ? commitActions(commit) : []),
    ],
    stays: true,
    logTail: false,
  }
}

/**
 * A container that containerd would not load is not shown; `safe` shows every one (L7). A write that was refused is
 * none that failed: containerd would have written.
 */
export const isShown = (plan: ContainerPlan, performed: Performed): boolean =>
  plan.profile === 'safe' ||
  (plan.decision !== null && (performed.unwritten === null || plan.seen.file.kind === 'unreadable'))

/** A row of the report. Its times and reason are those that the CRI would show. */
export const containerRow = (plan: ContainerPlan, performed: Performed): ContainerRow => {
  const { status, monitored } = settleContainer(plan, performed.ending)
  const view = criView(status)
  const shown = isShown(plan, performed)
  return {
    id: plan.id,
    name: plan.parked === null ? (plan.metadata?.name ?? null) : null,
    sandboxId: plan.metadata?.sandboxId ?? null,
    checkpoint: plan.checkpoint,
    task: plan.task,
    rule: plan.decision?.rule ?? null,
    state: shown ? view.state : null,
    pid: status.pid,
    createdAt:
      status.createdAt === 0n && plan.profile === 'safe' ? plan.seen.record.createdAt : status.createdAt,
    startedAt: view.startedAt,
    finishedAt: view.finishedAt,
    exitCode: status.exitCode,
    reason: view.reason,
    message: status.message,
    monitored: shown && monitored && performed.stays,
    actions: performed.actions,
    problems: containerProblems(plan, performed, shown),
  }
}
