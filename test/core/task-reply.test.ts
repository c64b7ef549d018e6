import { describe, expect, it } from 'vitest'
import { taskReply } from '../../core/task-reply.js'

const SENT = {
  id: 'web-1',
  pid: 12,
  status: 3,
  exitStatus: 7,
  exitedAt: { seconds: 1n, nanos: 5 },
  terminal: true,
  stdin: 'in',
  stdout: 'out',
  stderr: 'err',
} as const

describe('a task, as it is sent', () => {
  it('is told in the words of this program, and nothing else of it', () => {
    const more = { ...SENT, bundle: '/run/b' }
    expect(taskReply(more)).toEqual({ ...SENT, status: 'stopped', exitedAt: 1_000_000_005n })
  })

  it('has one of the statuses, or another', () => {
    const told = [0, 1, 2, 3, 4, 5, 6, -1, 0.5].map((status) => taskReply({ ...SENT, status }).status)
    expect(told).toEqual([
      ...['unknown', 'created', 'running', 'stopped', 'paused', 'pausing'],
      ...['other', 'other', 'other'],
    ])
  })
})
