import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { PHASE_TRAILER } from '../../../adapters/cri/index.js'
import { failure } from '../../../ports/failure.js'
import { setup } from './client.js'
import { aborted, container, holding } from './served.js'

const watched = async (...[options, twist]: Parameters<typeof setup>) => {
  const handled: (readonly [method: string, code: string])[] = []
  const log: (readonly [level: string, message: string])[] = []
  const all = await setup(
    {
      ...options,
      onHandled: (method, code, seconds) => {
        expect(seconds).toBeGreaterThanOrEqual(0)
        handled.push([method, code])
      },
      log: (level, message) => log.push([level, message]),
    },
    twist,
  )
  return { ...all, handled, log }
}

describe('a failure behind a call', () => {
  it.each([
    ['NotFound', status.NOT_FOUND, 'NotFound'],
    ['AlreadyExists', status.ALREADY_EXISTS, 'AlreadyExists'],
    ['TimedOut', status.DEADLINE_EXCEEDED, 'DeadlineExceeded'],
    ['Unavailable', status.UNAVAILABLE, 'Unavailable'],
    ['Malformed', status.UNKNOWN, 'Unknown'],
    ['Exhausted', status.RESOURCE_EXHAUSTED, 'ResourceExhausted'],
    ['Denied', status.UNKNOWN, 'Unknown'],
  ] as const)('that is %s is told to the client and to who counts', async (tag, code, name) => {
    const { refused, node, handled, log } = await watched()
    node.containers(container('a', 's'))
    node.reopen = failure(tag, 'reopen the log of a', 'cri-recover', 'so it is')
    expect(await refused(Cri.reopenContainerLog, { containerId: 'a' })).toEqual({
      code,
      details: expect.stringContaining('so it is'),
    })
    expect(handled).toEqual([['runtime.v1.RuntimeService/ReopenContainerLog', name]])
    expect(log).toEqual([
      ['debug', expect.stringMatching(/^runtime\.v1\.RuntimeService\/ReopenContainerLog: .*so it is/)],
    ])
  })
})

describe('who counts calls', () => {
  it('is told of an answer, and the log is not', async () => {
    const { ask, handled, log } = await watched()
    await ask(Cri.version, { version: '' })
    expect(handled).toEqual([['runtime.v1.RuntimeService/Version', 'OK']])
    expect(log).toEqual([])
  })
  it('is told of a call that is not offered, and the log is not', async () => {
    const { refused, handled, log } = await watched()
    await refused(Cri.startContainer, { containerId: 'a' })
    expect(handled).toEqual([['runtime.v1.RuntimeService/StartContainer', 'Unimplemented']])
    expect(log).toEqual([])
  })
  it('is not warned of a call behind which many wait for the same signal', async () => {
    const held = holding()
    const warnings: string[] = []
    const warned = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', warned)
    const { begin, node } = await watched({}, held.twist)
    node.containers(container('a', 's'))
    const call = begin(Cri.containerStatus, { containerId: 'a', verbose: false })
    const signal = await held.asked
    for (let n = 0; n < 20; n += 1) signal.addEventListener('abort', () => undefined)
    call.cancel()
    await call.code
    process.off('warning', warned)
    expect(warnings).toEqual([])
  })
  it('is told once of a call that its client gave up, which then ends behind it', async () => {
    const held = holding()
    const { begin, ask, node, handled } = await watched({}, held.twist)
    node.containers(container('a', 's'))
    const call = begin(Cri.containerStatus, { containerId: 'a', verbose: false })
    const signal = await held.asked
    call.cancel()
    expect(await call.code).toBe(status.CANCELLED)
    await aborted(signal)
    held.release()
    await ask(Cri.version, { version: '' })
    expect(handled).toEqual([
      ['runtime.v1.RuntimeService/ContainerStatus', 'Canceled'],
      ['runtime.v1.RuntimeService/Version', 'OK'],
    ])
  })
})

describe('a bug', () => {
  const buggy = () =>
    watched({}, (service) => ({
      ...service,
      detail: () => {
        throw new Error('how could it')
      },
    }))
  it('fails its own call, and no other', async () => {
    const { refused, ask, node } = await buggy()
    node.containers(container('a', 's'))
    expect(await refused(Cri.containerStatus, { containerId: 'a', verbose: false })).toEqual({
      code: status.INTERNAL,
      details: 'a bug in cri-recover: see its log',
    })
    expect((await ask(Cri.listContainers, {})).containers).toHaveLength(1)
  })
  it('is told with its stack to the log, and counted', async () => {
    const { refused, node, log, handled } = await buggy()
    node.containers(container('a', 's'))
    await refused(Cri.containerStatus, { containerId: 'a', verbose: false })
    expect(log[0]).toEqual([
      'error',
      expect.stringMatching(/^runtime\.v1\.RuntimeService\/ContainerStatus: Error: how could it\n +at /),
    ])
    expect(handled).toEqual([['runtime.v1.RuntimeService/ContainerStatus', 'Internal']])
  })
  it('is marked with the phase, as every refusal is', async () => {
    const { trailer, node } = await buggy()
    node.containers(container('a', 's'))
    node.set({ phase: 'cut-off' })
    const told = await trailer(Cri.containerStatus, { containerId: 'a', verbose: false })
    expect(told.get(PHASE_TRAILER)).toEqual(['cut-off'])
  })
})
