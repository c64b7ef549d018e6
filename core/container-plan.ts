import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import type { Facts } from './amendments.js'
import { type Commit, commitObstacle, commitOf, isDurableFirst } from './commit.js'
import type { ContainerMetadata } from './metadata.js'
import type { Conflict } from './names.js'
import { type ContainerSeen, checkpointSeenOf, statusBefore } from './observation.js'
import type { Outcome } from './plans.js'
import { type TaskLook, type TaskSeen, taskSeenOf } from './seen.js'
import type { CheckpointSeen, Status } from './status.js'
import { type Decision, decide, type Profile, type Settled, settle } from './transitions.js'

/** Everything that is decided about one container before anything is done. */
export interface ContainerPlan {
  readonly profile: Profile
  readonly id: string
  readonly seen: ContainerSeen
  readonly metadata: ContainerMetadata | null
  readonly task: TaskSeen
  readonly checkpoint: CheckpointSeen
  /** null: without metadata nothing is decided and nothing is done */
  readonly decision: Decision | null
  readonly before: Status
  readonly facts: Facts
  /** How the effect will end, as far as it can be told by looking */
  readonly expected: Outcome
  /** It lost a name conflict */
  readonly parked: Conflict | null
}

const factsOf = (seen: ContainerSeen, now: bigint): Facts => {
  const task = seen.look.kind === 'found' ? seen.look.task : null
  return {
    now,
    recordedAt: seen.record.createdAt,
    pid: task?.pid ?? 0,
    exitStatus: task?.exitStatus ?? 0,
    exitedAt: task?.exitedAt ?? null,
    oomKilled: seen.oomKilled,
    aliveAt: seen.aliveAt,
  }
}

/** Fresh IO needs a config and a sandbox that was recovered; all else is expected to work (reference: createContainerIO). */
const expectedOf = (
  decision: Decision | null,
  metadata: ContainerMetadata | null,
  sandboxes: ReadonlySet<string> | null,
): Outcome => {
  if (decision?.plan.effect !== 'create-io' || metadata === null || sandboxes === null) return 'done'
  return metadata.config !== null && sandboxes.has(metadata.sandboxId) ? 'done' : 'failed'
}

/**
 * The reference opens a task's pipes in the same step in which it loads the task, and a failure there counts as a
 * failed load (reference: cntr.Task with NewContainerIO). It does not for a task of unknown status, which has none.
 */
const attached = ({ look, pipes }: ContainerSeen): TaskLook =>
  look.kind === 'found' && look.task.status !== 'unknown' && pipes !== null
    ? { kind: 'unreachable', why: pipes }
    : look

/** @param sandboxes - the ids of the sandboxes that are recovered with their metadata; null where IO needs none of them */
export const planContainer = (
  profile: Profile,
  seen: ContainerSeen,
  now: bigint,
  sandboxes: ReadonlySet<string> | null,
): ContainerPlan => {
  const metadata = isRight(seen.metadata) ? seen.metadata.right : null
  const task = taskSeenOf(profile === 'reference' ? attached(seen) : seen.look)
  const checkpoint = checkpointSeenOf(seen)
  const decision = isLeft(seen.metadata) ? null : decide(profile, task, checkpoint)
  return {
    profile,
    id: seen.record.id,
    seen,
    metadata,
    task,
    checkpoint,
    decision,
    before: statusBefore(seen),
    facts: factsOf(seen, now),
    expected: expectedOf(decision, metadata, sandboxes),
    parked: null,
  }
}

/** `withheld`: the effect was not begun, since what it would destroy could not be written down first (L6). */
export type Ending = Outcome | 'withheld'

/** What became of the container, once its effect ended so. */
export const settleContainer = (plan: ContainerPlan, ending: Ending): Settled => {
  if (plan.decision === null)
    return { status: { ...plan.before, unknown: true }, monitored: false, monitorPid: 0 }
  return settle(plan.decision.plan, ending === 'withheld' ? 'done' : ending, plan.before, plan.facts)
}

/** What is to be written, and when: a commit before the effect does not depend on how the effect ends. */
export interface PlannedCommit {
  readonly when: 'before' | 'after'
  readonly of: (ending: Ending) => Commit
}

const NOTHING: Commit = { makeDirectory: false, setAside: false, write: null }

export const plannedCommit = (plan: ContainerPlan): PlannedCommit => {
  if (plan.decision === null) return { when: 'after', of: () => NOTHING }
  const first = isDurableFirst(plan.decision.plan)
  return {
    when: first ? 'before' : 'after',
    of: (ending) => commitOf(plan.profile, plan.seen, settleContainer(plan, first ? 'done' : ending).status),
  }
}

/** How the whole is expected to go, for a plan that is only shown. */
export const expectation = (
  plan: ContainerPlan,
): { readonly ending: Ending; readonly commit: Commit; readonly obstacle: string | null } => {
  const { when, of } = plannedCommit(plan)
  const commit = of(plan.expected)
  const obstacle = commitObstacle(plan.profile, plan.seen, commit)
  return { ending: when === 'before' && obstacle !== null ? 'withheld' : plan.expected, commit, obstacle }
}
