import type { TaskReply, TaskStatus } from './records.js'
import { nanoseconds, type Timestamp } from './timestamp.js'

/** By the numbers of `containerd.v1.types.Status`. */
const STATUSES: readonly TaskStatus[] = ['unknown', 'created', 'running', 'stopped', 'paused', 'pausing']

/** A task as it is sent: the tasks service and both versions of a shim's service have these fields in common. */
export interface TaskMessage extends Omit<TaskReply, 'status' | 'exitedAt'> {
  /** Any int32 may come. */
  readonly status: number
  readonly exitedAt?: Timestamp | undefined
}

/** What was sent, in the words of this program. */
export const taskReply = (sent: TaskMessage): TaskReply => ({
  id: sent.id,
  pid: sent.pid,
  status: STATUSES[sent.status] ?? 'other',
  exitStatus: sent.exitStatus,
  exitedAt: nanoseconds(sent.exitedAt),
  terminal: sent.terminal,
  stdin: sent.stdin,
  stdout: sent.stdout,
  stderr: sent.stderr,
})
