/** A container's status, its state, and the forms in which a checkpoint is seen. */

/** What is known of one container's life. Times are ns since 1970, 0 where the thing has not happened. */
export interface Status {
  readonly pid: number
  readonly createdAt: bigint
  readonly startedAt: bigint
  readonly finishedAt: bigint
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  /** In doubt. Lives in memory only: a checkpoint has no place for it (reference: Status.Unknown). */
  readonly unknown: boolean
}

export type ContainerState =
  | 'CONTAINER_CREATED'
  | 'CONTAINER_RUNNING'
  | 'CONTAINER_EXITED'
  | 'CONTAINER_UNKNOWN'

/** A checkpoint as it is seen: what its status says, or that there is none to read. */
export const CHECKPOINTS_SEEN = ['UNREADABLE', 'BLANK', 'CREATED', 'RUNNING', 'EXITED'] as const
export type CheckpointSeen = (typeof CHECKPOINTS_SEEN)[number]

/** The exit code of an exit that nobody saw (reference: unknownExitCode). */
export const LOST_EXIT_CODE = 255
/** Its reason (reference: unknownExitReason). */
export const LOST_EXIT_REASON = 'Unknown'

/** What an exit status is after a SIGKILL, whoever sent it. */
export const SIGKILLED = 137
/** The CRI's reason for an exit for want of memory (reference: oomExitReason). */
export const OOM_REASON = 'OOMKilled'

export const BLANK_STATUS: Status = {
  pid: 0,
  createdAt: 0n,
  startedAt: 0n,
  finishedAt: 0n,
  exitCode: 0,
  reason: '',
  message: '',
  unknown: false,
}

/** What stands in for a checkpoint that cannot be read (reference: unknownContainerStatus). */
export const UNREADABLE_STATUS: Status = {
  ...BLANK_STATUS,
  exitCode: LOST_EXIT_CODE,
  reason: LOST_EXIT_REASON,
  unknown: true,
}

/**
 * The state that a status stands for; the first that holds (reference: Status.State).
 *
 * @example
 * stateOf({ ...BLANK_STATUS, createdAt: 1n, startedAt: 2n }) // 'CONTAINER_RUNNING'
 */
export const stateOf = (status: Status): ContainerState => {
  if (status.unknown) return 'CONTAINER_UNKNOWN'
  if (status.finishedAt !== 0n) return 'CONTAINER_EXITED'
  if (status.startedAt !== 0n) return 'CONTAINER_RUNNING'
  if (status.createdAt !== 0n) return 'CONTAINER_CREATED'
  return 'CONTAINER_UNKNOWN'
}

const SEEN: Readonly<Record<ContainerState, CheckpointSeen>> = {
  CONTAINER_CREATED: 'CREATED',
  CONTAINER_RUNNING: 'RUNNING',
  CONTAINER_EXITED: 'EXITED',
  CONTAINER_UNKNOWN: 'BLANK',
}

/** How a checkpoint that could be read is seen. The unknown flag is never read from a file. */
export const seenOf = (status: Status): CheckpointSeen => SEEN[stateOf({ ...status, unknown: false })]

/** Whether two statuses are the same on disk: in all but the unknown flag. */
export const sameOnDisk = (a: Status, b: Status): boolean =>
  a.pid === b.pid &&
  a.createdAt === b.createdAt &&
  a.startedAt === b.startedAt &&
  a.finishedAt === b.finishedAt &&
  a.exitCode === b.exitCode &&
  a.reason === b.reason &&
  a.message === b.message
