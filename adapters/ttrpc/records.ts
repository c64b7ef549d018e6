import type { TaskReply, TaskStatus } from '../../core/records.js'
import type { StateResponse } from './gen/containerd/task/v3/shim.js'
import { Status } from './gen/containerd/v1/types/task.js'
import type { Timestamp } from './gen/google/protobuf/timestamp.js'

const INT64_MAX = 2n ** 63n - 1n

/** ns since 1970. Null where there is no time: Go's zero time, the year 1, is sent like any other and means none. */
const nanoseconds = (time: Timestamp | undefined): bigint | null => {
  if (time === undefined) return null
  const ns = time.seconds * 1_000_000_000n + BigInt(time.nanos)
  return ns > INT64_MAX || ns < -INT64_MAX ? null : ns
}

const taskStatus = (status: Status): TaskStatus => {
  switch (status) {
    case Status.UNKNOWN:
      return 'unknown'
    case Status.CREATED:
      return 'created'
    case Status.RUNNING:
      return 'running'
    case Status.STOPPED:
      return 'stopped'
    case Status.PAUSED:
      return 'paused'
    case Status.PAUSING:
      return 'pausing'
    default:
      return 'other'
  }
}

/** A shim's answer in the core's words; both versions of the service answer in the same form. */
export const reply = (s: StateResponse): TaskReply => ({
  id: s.id,
  pid: s.pid,
  status: taskStatus(s.status),
  exitStatus: s.exitStatus,
  exitedAt: nanoseconds(s.exitedAt),
  terminal: s.terminal,
  stdin: s.stdin,
  stdout: s.stdout,
  stderr: s.stderr,
})
