import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js'
import { type Amendment, amend, type Facts, RESCUE_MESSAGE } from './amendments.js'
import { type Checkpoint, encodeCheckpoint, type Unreadable } from './checkpoint.js'
import type { Commit } from './commit.js'
import type { CheckpointFile } from './records.js'
import { type TaskLook, type TaskSeen, taskSeenOf } from './seen.js'
import { type CheckpointSeen, type Status, sameOnDisk, seenOf, UNREADABLE_STATUS } from './status.js'

/**
 * Rescue: (what a shim says of its task, checkpoint) → checkpoint, while containerd is down. From 1.7 on, a containerd
 * that starts forgets every task that has stopped; what is in the checkpoint by then, it keeps. The same shape as the
 * other tables, without effects: a rescue only writes.
 */
export interface RescuePlan {
  readonly why: string
  readonly amendments: readonly Amendment[]
}

const PLANS = {
  rescued: {
    why: 'It ended while nobody looked, and its shim still knows how.',
    amendments: ['exit-sanely', 'name-oom', 'tell-rescue'],
  },
  'rescued-anew': {
    why: 'Its checkpoint cannot be read; that it ended, and how, its shim knows for certain.',
    amendments: ['start-anew', 'exit-sanely', 'name-oom', 'tell-rescue'],
  },
  'recorded-already': {
    why: 'Its exit is on record already, and the first record of an exit stands.',
    amendments: [],
  },
  'not-ended': {
    why: 'Its shim does not say that it ended: there is nothing to rescue.',
    amendments: [],
  },
  'not-told': {
    why: 'Its shim said nothing, which is no proof of anything.',
    amendments: [],
  },
} as const satisfies Readonly<Record<string, RescuePlan>>

export type RescueRule = keyof typeof PLANS

export const RESCUE_PLANS: Readonly<Record<RescueRule, RescuePlan>> = PLANS

type Row = Readonly<Record<CheckpointSeen, RescueRule>>

const same = (rule: RescueRule): Row => ({
  UNREADABLE: rule,
  BLANK: rule,
  CREATED: rule,
  RUNNING: rule,
  EXITED: rule,
})

/** What the shim says × checkpoint seen → plan. */
export const RESCUE_TABLE: Readonly<Record<TaskSeen, Row>> = {
  MISSING: same('not-told'),
  UNREACHABLE: same('not-told'),
  CREATED: same('not-ended'),
  RUNNING: same('not-ended'),
  STOPPED: { ...same('rescued'), UNREADABLE: 'rescued-anew', EXITED: 'recorded-already' },
  PAUSED: same('not-ended'),
  PAUSING: same('not-ended'),
  UNKNOWN: same('not-told'),
}

/** What was looked at of one task before anything was decided. */
export interface RescueSeen {
  readonly id: string
  readonly look: TaskLook
  readonly file: CheckpointFile
  readonly checkpoint: Either<Unreadable, Checkpoint>
  /** Whether the kernel killed in its cgroup for want of memory */
  readonly oomKilled: boolean
  /** ns since 1970 */
  readonly now: bigint
}

/** Everything that is decided about one task. */
export interface RescueItem {
  readonly id: string
  readonly task: TaskSeen
  readonly checkpoint: CheckpointSeen
  readonly rule: RescueRule
  readonly before: Status
  readonly after: Status
  readonly commit: Commit
  /** Why what was learnt is not written; null where it is, or there is nothing to write */
  readonly obstacle: string | null
}

const factsOf = ({ look, oomKilled, now }: RescueSeen): Facts => {
  const task = look.kind === 'found' ? look.task : null
  return {
    now,
    // containerd is down, and only it knows when it made its record.
    recordedAt: 0n,
    pid: task?.pid ?? 0,
    exitStatus: task?.exitStatus ?? 0,
    exitedAt: task?.exitedAt ?? null,
    oomKilled,
    aliveAt: 0n,
  }
}

export const NO_DIRECTORY = 'it has no directory'

/**
 * A container without a directory gets none: whether it is one at all, only containerd could say. A file that could
 * not be read this once may be the next time, and is not written over.
 */
const obstacleOf = ({ file, checkpoint }: RescueSeen): string | null => {
  if (file.kind === 'missing' && !file.directory) return NO_DIRECTORY
  if (file.kind === 'not-a-file' && file.what === 'directory') return 'a directory stands in its place'
  if (isLeft(checkpoint) && checkpoint.left.why === 'version')
    return `its checkpoint is of another version: ${checkpoint.left.detail}`
  return file.kind === 'unreadable' ? `its checkpoint could not be read this time: ${file.why}` : null
}

const commitOf = (seen: RescueSeen, before: Status, after: Status): Commit => {
  const kept: Commit = { makeDirectory: false, setAside: false, write: null }
  if (sameOnDisk(before, after) || obstacleOf(seen) !== null) return kept
  const document = isRight(seen.checkpoint) ? seen.checkpoint.right.document : null
  return {
    makeDirectory: false,
    setAside: document === null && seen.file.kind !== 'missing',
    write: encodeCheckpoint(after, document),
  }
}

/** Decides about one task. Total; without a change there is nothing to write. */
export const planRescue = (seen: RescueSeen): RescueItem => {
  const task = taskSeenOf(seen.look)
  const before = isRight(seen.checkpoint) ? seen.checkpoint.right.status : UNREADABLE_STATUS
  const checkpoint = isRight(seen.checkpoint) ? seenOf(before) : 'UNREADABLE'
  const rule = RESCUE_TABLE[task][checkpoint]
  const after = amend(before, RESCUE_PLANS[rule].amendments, factsOf(seen))
  const obstacle = sameOnDisk(before, after) ? null : obstacleOf(seen)
  return {
    id: seen.id,
    task,
    checkpoint,
    rule,
    before,
    after,
    commit: commitOf(seen, before, after),
    obstacle,
  }
}

/** Whether a checkpoint's exit is one that a rescue wrote. */
export const isRescued = (status: Status): boolean =>
  status.finishedAt !== 0n && status.message === RESCUE_MESSAGE
