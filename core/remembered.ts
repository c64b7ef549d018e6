import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { encodeCheckpoint, readCheckpoint } from './checkpoint.js'
import { type Commit, commitRefusal } from './commit.js'
import { type ContainerPlan, plannedCommit, settleContainer } from './container-plan.js'
import type { JsonObject } from './json.js'
import type { ContainerSeen } from './observation.js'
import type { Performed } from './performed.js'
import type { TaskReply } from './records.js'
import type { Action } from './report.js'
import type { TaskLook } from './seen.js'
import { OOM_REASON, type Status, stateOf } from './status.js'

/** What somebody who stays remembers of a container between two looks. */
export interface Remembered {
  /** What was seen last, with the checkpoint as it stands now, or as it should */
  readonly seen: ContainerSeen
  readonly status: Status
  /** What is not on disk yet; null where disk and memory say the same */
  readonly pending: Commit | null
  /** Why not; null where it is */
  readonly unwritten: string | null
  /** Whether it should be looked at again, for what was learnt is not all there is to learn */
  readonly again: boolean
}

/** What is left of a commit: what was set aside once is not set aside again, or each try would leave a copy. */
export const leftOf = (todo: Commit, actions: readonly Action[]): Commit => ({
  ...todo,
  setAside:
    todo.setAside &&
    !actions.some(({ kind, outcome }) => kind === 'set-aside-checkpoint' && outcome === 'done'),
})

/**
 * A commit in the place of one that is not on disk yet: what was to be done before that one was written still is, or
 * what could not be read would be written over (L5).
 */
export const inPlaceOf = (pending: Commit | null, todo: Commit): Commit => ({
  ...todo,
  makeDirectory: todo.makeDirectory || (pending?.makeDirectory ?? false),
  setAside: todo.setAside || (pending?.setAside ?? false),
})

/** An exit on record is no doubt, even while its task cannot be deleted. */
const withoutIdleDoubt = (status: Status, witnessed: boolean): Status =>
  witnessed && status.finishedAt !== 0n ? { ...status, unknown: false } : status

/**
 * Doubt that another look may end: the task was not told, or not understood, or its effect failed. Without metadata,
 * and beside a task that is certainly gone, there is nothing more to learn. The reference does not look again.
 */
const isWorthAnotherLook = (plan: ContainerPlan, performed: Performed, watched: boolean): boolean => {
  if (plan.decision === null || plan.profile === 'reference') return false
  if (plan.decision.plan.effect === 'await-exit' && !watched) return true
  const unclear = plan.task === 'UNREACHABLE' || plan.task === 'UNKNOWN'
  return unclear || (plan.decision.plan.effect === 'delete-task' && performed.ending === 'failed')
}

/**
 * What is remembered once a container was recovered, or looked at again.
 *
 * @param witnessed - somebody saw its exit: what fails afterwards puts it in no doubt
 */
export const remember = (
  plan: ContainerPlan,
  performed: Performed,
  watched: boolean,
  witnessed: boolean,
): Remembered => {
  const todo = plannedCommit(plan).of(performed.ending)
  const text = todo.write
  const refused = commitRefusal(plan.profile, plan.seen, todo) !== null
  const status = withoutIdleDoubt(settleContainer(plan, performed.ending).status, witnessed)
  const file = text === null || refused ? plan.seen.file : ({ kind: 'text', text } as const)
  return {
    seen: {
      ...plan.seen,
      file,
      checkpoint: text === null || refused ? plan.seen.checkpoint : readCheckpoint(file),
    },
    status,
    pending:
      performed.unwritten === null || refused || text === null ? null : leftOf(todo, performed.actions),
    unwritten: performed.unwritten,
    again: isWorthAnotherLook(plan, performed, watched),
  }
}

/** The document that a checkpoint's own fields stand in, for what is not ours in it. */
export const documentOf = ({ checkpoint }: ContainerSeen): JsonObject | null =>
  isRight(checkpoint) ? checkpoint.right.document : null

/**
 * What a new look at a container starts from: the file as it was read, unless memory has what the file does not.
 *
 * @param aliveAt - ns since 1970, when it was last known alive
 */
export const recalled = (
  fresh: ContainerSeen,
  { seen, pending, status }: Remembered,
  aliveAt: bigint,
): ContainerSeen => ({
  ...fresh,
  ...(pending === null ? {} : { file: seen.file, checkpoint: seen.checkpoint }),
  aliveAt: stateOf(status) === 'CONTAINER_RUNNING' ? aliveAt : 0n,
})

/** Whether its exit is still to come, so that somebody should wait for it. */
export const mayStillExit = ({ status, seen }: Remembered): boolean =>
  status.finishedAt === 0n &&
  seen.look.kind !== 'missing' &&
  (seen.look.kind === 'unreachable' || seen.look.task.status !== 'stopped')

/** What a wait told, as a look at the task that ended: the task itself may be gone by now. */
export const stoppedLook = (
  look: TaskLook,
  id: string,
  exit: { readonly exitStatus: number; readonly exitedAt: bigint | null },
): TaskLook => {
  if (look.kind === 'found' && look.task.status === 'stopped') return look
  const { exitStatus, exitedAt } = exit
  const task: Omit<TaskReply, 'status' | 'exitStatus' | 'exitedAt'> =
    look.kind === 'found' ? look.task : { id, pid: 0, terminal: false, stdin: '', stdout: '', stderr: '' }
  return { kind: 'found', task: { ...task, status: 'stopped', exitStatus, exitedAt } }
}

/** The kernel killed in its cgroup for want of memory, whether or not it ended by that (reference: handleEvent, TaskOOM). */
export const withOom = (remembered: Remembered): Remembered => {
  const status: Status = { ...remembered.status, reason: OOM_REASON }
  const { checkpoint } = remembered.seen
  if (isLeft(checkpoint)) return { ...remembered, status }
  const text = encodeCheckpoint(status, checkpoint.right.document)
  const file = { kind: 'text', text } as const
  return {
    ...remembered,
    status,
    seen: { ...remembered.seen, file, checkpoint: readCheckpoint(file) },
    pending: inPlaceOf(remembered.pending, { makeDirectory: false, setAside: false, write: text }),
  }
}
