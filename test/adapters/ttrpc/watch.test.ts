import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import {
  StateRequest,
  WaitRequest,
  WaitResponse,
} from '../../../adapters/ttrpc/gen/containerd/task/v3/shim.js'
import { shimWatch } from '../../../adapters/ttrpc/index.js'
import type { ShimAddress } from '../../../ports/shims.js'
import type { Watch } from '../../../ports/tasks.js'
import { grpcShim } from './grpc-server.js'
import { type Asked, answering, folder, frameOf, refusal, serve, stateBytes, stateOf } from './server.js'

const watch = shimWatch({ namespace: 'k8s.io', timeoutMs: 2_000 })

const begin = (socket: string, own: Partial<ShimAddress> = {}, signal = AbortSignal.timeout(5_000)) =>
  watch('web-1', { socket, protocol: 'ttrpc', service: 'v3', ...own }, signal)()

const NOTHING = Buffer.alloc(0)
const RUNNING = stateOf({ id: 'web-1', pid: 12, status: 2 })
const EXIT = { exitStatus: 7, exitedAt: { seconds: 1_700_000_000n, nanos: 5 } } as const
const TOLD = { exitStatus: 7, exitedAt: 1_700_000_000_000_000_005n }

const exitOf = (response: WaitResponse): Buffer =>
  frameOf({ status: undefined, payload: Buffer.from(WaitResponse.encode(response).finish()) })

interface Shim {
  readonly socket: string
  readonly asked: Asked[]
  /** Those who wait. */
  readonly waiters: Set<Socket>
}

/** A shim whose task runs; `wait` is what it answers to those who wait, at once. */
const shim = async (
  wait: () => Buffer = () => NOTHING,
  state: () => Buffer = () => RUNNING,
): Promise<Shim> => {
  const asked: Asked[] = []
  const waiters = new Set<Socket>()
  const socket = await answering((each, caller) => {
    asked.push(each)
    if (each.request.method === 'State') return state()
    waiters.add(caller)
    caller.on('close', () => waiters.delete(caller))
    return wait()
  })
  return { socket, asked, waiters }
}

const watched = async ({ socket }: Shim): Promise<Watch> => rightOf(await begin(socket))

describe('a wait at a shim', () => {
  it('tells how the task ended, when it ends', async () => {
    const there = await shim()
    const { exited } = await watched(there)
    for (const waiter of there.waiters) waiter.write(exitOf(EXIT))
    expect(rightOf(await exited)).toEqual(TOLD)
    await expect.poll(() => there.waiters.size).toBe(0)
  })

  it('is for the first process of that task, and has no deadline', async () => {
    const there = await shim()
    await watched(there)
    const { request } = there.asked.find(({ request: { method } }) => method === 'Wait') ?? expect.fail()
    expect(request).toMatchObject({ service: 'containerd.task.v3.Task', timeoutNano: 0n })
    expect(request.metadata).toEqual([{ key: 'containerd-namespace-ttrpc', value: 'k8s.io' }])
    expect(WaitRequest.decode(request.payload)).toEqual({ id: 'web-1', execId: '' })
    const { request: state } =
      there.asked.find(({ request: { method } }) => method === 'State') ?? expect.fail()
    expect(state.timeoutNano).toBe(2_000_000_000n)
    expect(StateRequest.decode(state.payload)).toEqual({ id: 'web-1', execId: '' })
  })

  it('is answered at once where the task has stopped', async () => {
    const stopped = await shim(
      () => exitOf(EXIT),
      () => stateOf({ id: 'web-1', status: 3, ...EXIT }),
    )
    expect(rightOf(await (await watched(stopped)).exited)).toEqual(TOLD)
    const silent = await shim(
      () => exitOf(EXIT),
      () => NOTHING,
    )
    expect(rightOf(await (await watched(silent)).exited)).toEqual(TOLD)
  })

  it('has no time to tell where the shim sends none, or the year 1', async () => {
    for (const exitedAt of [undefined, { seconds: -62_135_596_800n, nanos: 0 }]) {
      const { exited } = await watched(await shim(() => exitOf({ exitStatus: 137, exitedAt })))
      expect(rightOf(await exited)).toEqual({ exitStatus: 137, exitedAt: null })
    }
  })

  it.each(['v2', 'v3'] as const)('is tried again where the shim does not serve %s', async (service) => {
    const socket = await answering(({ request }) => {
      if (request.service.includes(service)) return refusal(12, `service ${request.service}`)
      return request.method === 'State' ? RUNNING : exitOf(EXIT)
    })
    expect(rightOf(await rightOf(await begin(socket, { service })).exited)).toEqual(TOLD)
  })

  it('is one of many', async () => {
    const there = await shim()
    const watches = await Promise.all(Array.from({ length: 500 }, () => watched(there)))
    expect(there.waiters.size).toBe(500)
    for (const waiter of there.waiters) waiter.write(exitOf(EXIT))
    for (const { exited } of watches) expect(rightOf(await exited)).toEqual(TOLD)
    await expect.poll(() => there.waiters.size).toBe(0)
  })

  it('is given up without a word to the task', async () => {
    const there = await shim()
    const { close } = await watched(there)
    expect(there.waiters.size).toBe(1)
    close()
    close()
    await expect.poll(() => there.waiters.size).toBe(0)
    expect(there.asked.map(({ request }) => request.method).toSorted()).toEqual(['State', 'Wait'])
  })

  it('outlives the signal that it was begun under', async () => {
    const there = await shim()
    const controller = new AbortController()
    const { exited } = rightOf(await begin(there.socket, {}, controller.signal))
    controller.abort()
    for (const waiter of there.waiters) waiter.write(exitOf(EXIT))
    expect(rightOf(await exited)).toEqual(TOLD)
  })
})

describe('a wait that does not begin', () => {
  const why = async (socket: string, signal?: AbortSignal) => {
    const { tag, unreached, mayHaveHappened } = leftOf(await begin(socket, {}, signal))
    expect(mayHaveHappened).toBe(false)
    return [tag, unreached]
  }

  it('is for a task that the shim does not know', async () => {
    const gone = () => refusal(5, 'not found')
    const there = await shim(gone, gone)
    const failed = leftOf(await begin(there.socket))
    expect(failed).toMatchObject({
      tag: 'NotFound',
      asked: 'watch task web-1',
      of: `shim at ${there.socket}`,
    })
  })

  it('leaves nobody waiting', async () => {
    const there = await shim(undefined, () => refusal(5, 'not found'))
    expect(await why(there.socket)).toEqual(['NotFound', null])
    await expect.poll(() => there.waiters.size).toBe(0)
    const other = await shim(undefined, () => stateOf({ id: 'web-2', status: 2 }))
    expect(await why(other.socket)).toEqual(['Malformed', null])
    await expect.poll(() => other.waiters.size).toBe(0)
  })

  it('is at a shim that is not there, or hangs', async () => {
    expect(await why(`${folder()}/none`)).toEqual(['Unavailable', 'no-socket'])
    const there = await shim(undefined, () => NOTHING)
    expect(await why(there.socket, AbortSignal.timeout(100))).toEqual(['TimedOut', null])
    await expect.poll(() => there.waiters.size).toBe(0)
    expect(await why(there.socket, AbortSignal.abort())).toEqual(['TimedOut', null])
  })
})

describe('a wait that ends without an exit', () => {
  const failed = async (there: Shim, end: (waiter: Socket) => void) => {
    const { exited } = await watched(there)
    for (const waiter of there.waiters) end(waiter)
    const { tag, unreached } = leftOf(await exited)
    return [tag, unreached]
  }

  const ENDS: readonly (readonly [string, (waiter: Socket) => void])[] = [
    ['dies', (waiter) => waiter.destroy()],
    ['closes', (waiter) => waiter.end()],
    ['dies within its answer', (waiter) => waiter.end(exitOf(EXIT).subarray(0, -1))],
    ['is on its way out', (waiter) => waiter.write(refusal(1, 'context canceled'))],
  ]

  it.each(ENDS)('is at a shim that %s: no exit, the connection is lost', async (_, end) => {
    const [tag] = await failed(await shim(), end)
    expect(tag).toBe('Unavailable')
  })

  it('is answered with garbage', async () => {
    for (const bytes of [
      Buffer.from('HTTP/1.1 400\r\n\r\n'),
      frameOf({ status: undefined, payload: Buffer.from([0x0a]) }),
    ])
      expect(await failed(await shim(), (waiter) => waiter.write(bytes))).toEqual(['Malformed', null])
  })

  it('is for a task that was deleted meanwhile', async () => {
    expect(await failed(await shim(), (waiter) => waiter.write(refusal(5, 'not found')))).toEqual([
      'NotFound',
      null,
    ])
  })

  it('is where a connection is taken and dropped', async () => {
    const socket = await serve((caller) => caller.once('data', () => caller.destroy()))
    expect(leftOf(await begin(socket)).tag).toBe('Unavailable')
  })
})

describe('a wait over gRPC', () => {
  it('goes as one over ttrpc does', async () => {
    const asked: unknown[] = []
    const calls: ((exit: WaitResponse) => void)[] = []
    const socket = await grpcShim({
      State: (_, reply) => reply(null, stateBytes({ id: 'web-1', status: 2 })),
      Wait: (call, reply) => {
        asked.push([
          call.metadata.get('containerd-namespace'),
          WaitRequest.decode(call.request),
          call.getDeadline(),
        ])
        calls.push((exit) => reply(null, Buffer.from(WaitResponse.encode(exit).finish())))
      },
    })
    const { exited } = rightOf(await begin(socket, { protocol: 'grpc' }))
    expect(asked).toEqual([[['k8s.io'], { id: 'web-1', execId: '' }, Number.POSITIVE_INFINITY]])
    for (const answer of calls) answer(EXIT)
    expect(rightOf(await exited)).toEqual(TOLD)
  })
})
