import { describe, expect, it } from 'vitest'
import { TasksService } from '../../../adapters/containerd/gen/containerd/services/tasks/v1/tasks.js'
import { calm } from '../../../adapters/fast-check/contract/files.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { containerd } from './server.js'

type Reply = (error: null, answer: object) => void

describe('a task that is waited for', () => {
  it('is asked for once the wait is under way', async () => {
    const asked: string[] = []
    const process = {
      id: 'web-1',
      pid: 7,
      status: 2,
      exitStatus: 0,
      terminal: false,
      stdin: '',
      stdout: '',
      stderr: '',
    }
    const { tasks } = await containerd((server) =>
      server.addService(TasksService, {
        wait: () => asked.push('wait'),
        get: (_: unknown, reply: Reply) => {
          asked.push('get')
          reply(null, { process: { ...process, containerId: '' } })
        },
      }),
    )
    rightOf(await tasks.watch('web-1', calm)())
    expect(asked).toEqual(['wait', 'get'])
  })
})
