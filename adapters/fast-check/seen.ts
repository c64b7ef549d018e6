import type { Either } from 'fp-ts/lib/Either.js'
import { right } from 'fp-ts/lib/Either.js'
import { encodeCheckpoint, readCheckpoint } from '../../core/checkpoint.js'
import { type ContainerMetadata, containerMetadataOf } from '../../core/metadata.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { CheckpointFile, TaskReply } from '../../core/records.js'
import type { TaskLook, TaskSeen } from '../../core/seen.js'
import type { CheckpointSeen, Status } from '../../core/status.js'
import { BLANK_STATUS } from '../../core/status.js'
import { rightOf } from './either.js'
import { containerRecord } from './records.js'

/** Observations, as a node's looks would have made them. */

export const CREATED_AT = 1_600_000_000_000_000_001n
export const STARTED_AT = 1_600_000_000_000_000_002n
export const FINISHED_AT = 1_600_000_000_000_000_003n
export const EXITED_AT = 1_700_000_000_123_456_789n
export const NOW = 1_800_000_000_000_000_000n

const CREATED: Status = { ...BLANK_STATUS, createdAt: CREATED_AT }
const RUNNING: Status = { ...CREATED, startedAt: STARTED_AT, pid: 99 }

/** A checkpoint's status for each form that can be read. */
export const STATUSES: Readonly<Record<Exclude<CheckpointSeen, 'UNREADABLE'>, Status>> = {
  BLANK: BLANK_STATUS,
  CREATED,
  RUNNING,
  EXITED: { ...RUNNING, finishedAt: FINISHED_AT, exitCode: 3 },
}

export const fileOf = (checkpoint: CheckpointSeen): CheckpointFile => ({
  kind: 'text',
  text: checkpoint === 'UNREADABLE' ? '{"Version":"v2"}' : encodeCheckpoint(STATUSES[checkpoint], null),
})

export const taskReply = (id: string, more: Partial<TaskReply> = {}): TaskReply => ({
  id,
  pid: 4242,
  status: 'running',
  exitStatus: 0,
  exitedAt: null,
  terminal: false,
  stdin: '',
  stdout: '',
  stderr: '',
  ...more,
})

const found = (more: Partial<TaskReply>): TaskLook => ({ kind: 'found', task: taskReply('web', more) })

/** A look for each way in which a task is seen. */
export const LOOKS: Readonly<Record<TaskSeen, TaskLook>> = {
  MISSING: { kind: 'missing' },
  UNREACHABLE: { kind: 'unreachable', why: 'its shim hangs' },
  CREATED: found({ status: 'created' }),
  RUNNING: found({}),
  STOPPED: found({ status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT }),
  PAUSED: found({ status: 'paused' }),
  PAUSING: found({ status: 'pausing' }),
  UNKNOWN: found({ status: 'unknown' }),
}

/** The container `web` in the pod `pod`. */
export const containerSeen = (
  task: TaskSeen,
  file: CheckpointFile | CheckpointSeen,
  metadata?: Either<never, ContainerMetadata>,
): ContainerSeen => {
  const record = containerRecord('web', 'pod')
  const stands = typeof file === 'string' ? fileOf(file) : file
  return {
    record,
    metadata: metadata ?? right(rightOf(containerMetadataOf(record.extensions))),
    look: LOOKS[task],
    pipes: null,
    oomKilled: false,
    aliveAt: 0n,
    file: stands,
    checkpoint: readCheckpoint(stands),
  }
}
