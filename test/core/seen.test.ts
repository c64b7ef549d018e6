import { describe, expect, it } from 'vitest'
import type { TaskStatus } from '../../core/records.js'
import { LIVE_TASKS, TASKS_SEEN, taskSeenOf } from '../../core/seen.js'

const task = (status: TaskStatus) => ({
  id: 'web',
  pid: 1,
  status,
  exitStatus: 0,
  exitedAt: null,
  terminal: false,
  stdin: '',
  stdout: '',
  stderr: '',
})

describe('a task', () => {
  it.each([
    ['created', 'CREATED'],
    ['running', 'RUNNING'],
    ['stopped', 'STOPPED'],
    ['paused', 'PAUSED'],
    ['pausing', 'PAUSING'],
    ['unknown', 'UNKNOWN'],
    ['other', 'UNKNOWN'],
  ] as const)('that is %s is seen as %s', (status, seen) =>
    expect(taskSeenOf({ kind: 'found', task: task(status) })).toBe(seen),
  )
  it('is missing only where containerd says so', () => {
    expect(taskSeenOf({ kind: 'missing' })).toBe('MISSING')
    expect(taskSeenOf({ kind: 'unreachable', why: 'the connection broke' })).toBe('UNREACHABLE')
  })
  it('is seen in eight ways', () => {
    const found = ['CREATED', 'RUNNING', 'STOPPED', 'PAUSED', 'PAUSING', 'UNKNOWN']
    expect(TASKS_SEEN).toEqual(['MISSING', 'UNREACHABLE', ...found])
  })
  it('may go on where it runs, or is held', () => {
    expect(TASKS_SEEN.filter((seen) => LIVE_TASKS.has(seen))).toEqual(['RUNNING', 'PAUSED', 'PAUSING'])
  })
})
