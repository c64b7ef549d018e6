import type { TaskReply, TaskStatus } from './records.js'

/** A task as recovery sees it: what the tasks service said, or that it said nothing of use. */
export const TASKS_SEEN = [
  'MISSING',
  'UNREACHABLE',
  'CREATED',
  'RUNNING',
  'STOPPED',
  'PAUSED',
  'PAUSING',
  'UNKNOWN',
] as const
export type TaskSeen = (typeof TASKS_SEEN)[number]

/** Tasks with a process that does or may go on. */
export const LIVE_TASKS: ReadonlySet<TaskSeen> = new Set<TaskSeen>(['RUNNING', 'PAUSED', 'PAUSING'])

/** What was learnt when the task was looked up. Only `missing` is an absence: not being told is none (L11). */
export type TaskLook =
  | { readonly kind: 'found'; readonly task: TaskReply }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable'; readonly why: string }

const SEEN: Readonly<Record<TaskStatus, TaskSeen>> = {
  created: 'CREATED',
  running: 'RUNNING',
  stopped: 'STOPPED',
  paused: 'PAUSED',
  pausing: 'PAUSING',
  unknown: 'UNKNOWN',
  other: 'UNKNOWN',
}

export const taskSeenOf = (look: TaskLook): TaskSeen => {
  switch (look.kind) {
    case 'found':
      return SEEN[look.task.status]
    case 'missing':
      return 'MISSING'
    case 'unreachable':
      return 'UNREACHABLE'
  }
}
