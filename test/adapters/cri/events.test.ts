import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { type ClientReadableStream, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import {
  type ContainerEventResponse,
  ContainerEventType,
} from '../../../adapters/cri/gen/runtime/v1/events.js'
import { PodSandboxState } from '../../../adapters/cri/gen/runtime/v1/sandbox.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { ServedEvent } from '../../../ports/service.js'
import { type Asker, setup } from './client.js'
import { aborted, container, detail, holding, image, sandbox } from './served.js'

const event = (id: string, more: Partial<ServedEvent> = {}): ServedEvent => ({
  kind: 'started',
  id,
  sandboxId: 'pod',
  at: 5n,
  ...more,
})

/** Events whose number is told by their names. */
const numbered = (count: number): readonly ServedEvent[] =>
  Array.from({ length: count }, (_, at) => event(String(at)))

interface Hearing {
  readonly call: ClientReadableStream<ContainerEventResponse>
  readonly next: () => Promise<ContainerEventResponse>
  readonly ids: (count: number) => Promise<readonly string[]>
  /** How the stream ended, once all that came before was read. */
  readonly end: Promise<number>
}

/** A client that is heard: what happens from now on reaches it. */
const hear = async ({ stream }: Asker): Promise<Hearing> => {
  const call = stream(Cri.getContainerEvents, {})
  call.on('error', () => {})
  const end = new Promise<number>((resolve) => call.on('status', ({ code }) => resolve(code)))
  await once(call, 'metadata')
  const events: AsyncIterator<ContainerEventResponse> = call[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await events.next()
    if (done === true) throw new Error('the stream has ended')
    return value
  }
  return {
    call,
    next,
    ids: async (count) => {
      const ids: string[] = []
      while (ids.length < count) ids.push((await next()).containerId)
      return ids
    },
    end,
  }
}

describe('the stream of events', () => {
  it.each([
    ['created', ContainerEventType.CONTAINER_CREATED_EVENT],
    ['started', ContainerEventType.CONTAINER_STARTED_EVENT],
    ['stopped', ContainerEventType.CONTAINER_STOPPED_EVENT],
    ['deleted', ContainerEventType.CONTAINER_DELETED_EVENT],
  ] as const)('tells that a container was %s, and when', async (kind, containerEventType) => {
    const all = await setup()
    const { next } = await hear(all)
    all.node.tell(event('a', { kind, at: 1795445431431213697n }))
    expect(await next()).toEqual({
      containerId: 'a',
      containerEventType,
      createdAt: 1795445431431213697n,
      containersStatuses: [],
    })
  })
  it('begins with what happened during the downtime, however much it was', async () => {
    const all = await setup()
    all.node.backlog.push(...numbered(1500))
    const { ids } = await hear(all)
    expect(await ids(1500)).toEqual(numbered(1500).map(({ id }) => id))
    all.node.tell(event('now'))
    expect(await ids(1)).toEqual(['now'])
  })
  it('tells every client', async () => {
    const all = await setup()
    const one = await hear(all)
    const other = await hear(all)
    all.node.tell(event('a'))
    expect([await one.ids(1), await other.ids(1)]).toEqual([['a'], ['a']])
  })
  it('tells the pod as it was at that moment, and its containers only', async () => {
    const all = await setup()
    all.node.sandboxes(sandbox('pod'), sandbox('other'))
    all.node.containers(container('a', 'pod'), container('b', 'other'), container('c', 'pod'))
    all.node.images(image('docker.io/library/app:9', 'sha256:none'))
    const { next } = await hear(all)
    all.node.tell(event('a'))
    all.node.sandboxes(sandbox('pod', {}, { state: 'SANDBOX_NOTREADY' }))
    all.node.containers()
    all.node.images()
    all.node.tell(event('pod', { kind: 'stopped' }))
    expect(await next()).toMatchObject({
      containerId: 'a',
      podSandboxStatus: {
        id: 'pod',
        state: PodSandboxState.SANDBOX_READY,
        network: { ip: '10.0.0.2', additionalIps: [{ ip: 'fd00::2' }] },
      },
      containersStatuses: [
        { id: 'a', image: { image: 'docker.io/library/app:9' }, user: {} },
        { id: 'c', image: { image: 'docker.io/library/app:9' }, user: {} },
      ],
    })
    expect(await next()).toMatchObject({
      containerId: 'pod',
      podSandboxStatus: { id: 'pod', state: PodSandboxState.SANDBOX_NOTREADY },
      containersStatuses: [],
    })
  })
  it('tells whom each container runs as', async () => {
    const all = await setup()
    all.node.containers(container('a', 'pod'))
    all.node.details.set('a', detail({ process: { user: { uid: 1, gid: 2 } } }))
    const { next } = await hear(all)
    all.node.tell(event('a'))
    expect((await next()).containersStatuses).toMatchObject([{ user: { linux: { uid: 1n, gid: 2n } } }])
  })
  it('leaves out a pod that is not known', async () => {
    const all = await setup()
    all.node.sandboxes(sandbox('other'))
    const { next } = await hear(all)
    all.node.tell(event('a'))
    expect((await next()).podSandboxStatus).toBeUndefined()
  })
  it('keeps its order though a record is told late', async () => {
    const held = holding()
    const all = await setup({}, held.twist)
    all.node.containers(container('a', 'pod'))
    const { ids } = await hear(all)
    all.node.tell(event('a'))
    await held.asked
    all.node.containers()
    all.node.tell(event('b'))
    held.release()
    expect(await ids(2)).toEqual(['a', 'b'])
  })
})

describe('a client that reads too slowly', () => {
  it('may leave a thousand events waiting', async () => {
    const all = await setup()
    const { ids } = await hear(all)
    for (const each of numbered(1001)) all.node.tell(each)
    expect(await ids(1001)).toEqual(numbered(1001).map(({ id }) => id))
  })
  it('may leave those of the downtime waiting besides', async () => {
    const all = await setup({}, (service) => ({
      ...service,
      subscribe: (hear) => {
        for (const each of numbered(1200)) hear(each)
        queueMicrotask(() => {
          for (const each of numbered(1000)) hear(each)
        })
        return service.subscribe(hear)
      },
    }))
    const { ids } = await hear(all)
    expect(await ids(2200)).toEqual([...numbered(1200), ...numbered(1000)].map(({ id }) => id))
  })
  it('is let go at one more, and no other is', async () => {
    const handled: string[] = []
    const all = await setup({ onHandled: (_, code) => handled.push(code) })
    const slow = await hear(all)
    for (const each of numbered(1002)) all.node.tell(each)
    expect(all.node.hearers()).toBe(0)
    slow.call.resume()
    expect(await slow.end).toBe(status.RESOURCE_EXHAUSTED)
    expect(handled).toEqual(['ResourceExhausted'])
    const other = await hear(all)
    all.node.tell(event('now'))
    expect(await other.ids(1)).toEqual(['now'])
  })
})

describe('a client that does not read', () => {
  it('is let go, however slowly events come', async () => {
    const all = await setup()
    all.node.sandboxes(sandbox('pod', { labels: { long: 'a'.repeat(65_536) } }))
    const { call, end } = await hear(all)
    for (let told = 0; told < 3000 && all.node.hearers() > 0; told += 1) {
      all.node.tell(event('a'))
      await setImmediate()
    }
    expect(all.node.hearers()).toBe(0)
    call.resume()
    expect(await end).toBe(status.RESOURCE_EXHAUSTED)
  })
})

describe('a client that goes away', () => {
  it('is forgotten', async () => {
    let tell = (_: string): void => {}
    const handled = new Promise<string>((resolve) => {
      tell = resolve
    })
    const all = await setup({ onHandled: (method, code) => tell(`${method} ${code}`) })
    const { call } = await hear(all)
    const other = await hear(all)
    expect(all.node.hearers()).toBe(2)
    call.cancel()
    expect(await handled).toBe('runtime.v1.RuntimeService/GetContainerEvents Canceled')
    expect(all.node.hearers()).toBe(1)
    all.node.tell(event('a'))
    expect(await other.ids(1)).toEqual(['a'])
  })
  it('has containerd asked for nothing more', async () => {
    const held = holding()
    const all = await setup({}, held.twist)
    all.node.containers(container('a', 'pod'))
    const { call } = await hear(all)
    all.node.tell(event('a'))
    all.node.tell(event('a'))
    const signal = await held.asked
    call.cancel()
    await aborted(signal)
    held.release()
    await all.ask(Cri.version, { version: '' })
    expect(all.node.asked).toEqual(['a'])
  })
})

describe('a bug in the stream of events', () => {
  it('ends this stream only, and is told to the log', async () => {
    const log: string[] = []
    const handled: string[] = []
    let asked = 0
    const all = await setup(
      {
        log: (level, message) => log.push(`${level} ${message}`),
        onHandled: (_, code) => handled.push(code),
      },
      (service) => ({
        ...service,
        detail: (id, signal) => {
          asked += 1
          if (asked === 1) throw new Error('how could it')
          return service.detail(id, signal)
        },
      }),
    )
    all.node.containers(container('a', 'pod'))
    const broken = await hear(all)
    const other = await hear(all)
    all.node.tell(event('a'))
    expect(await other.ids(1)).toEqual(['a'])
    broken.call.resume()
    expect(await broken.end).toEqual(status.INTERNAL)
    expect(log).toEqual([
      expect.stringMatching(
        /^error runtime\.v1\.RuntimeService\/GetContainerEvents: Error: how could it\n +at /,
      ),
    ])
    expect(handled).toEqual(['Internal'])
    expect(all.node.hearers()).toBe(1)
  })
})

describe('closing the server', () => {
  it('tells what waits, then ends the stream cleanly', async () => {
    const handled: string[] = []
    const held = holding()
    const all = await setup({ onHandled: (_, code) => handled.push(code) }, held.twist)
    all.node.containers(container('a', 'pod'))
    const { ids, call, end } = await hear(all)
    all.node.tell(event('a'))
    await held.asked
    all.node.tell(event('b'))
    const closed = all.server.close(20_000)
    held.release()
    expect(await ids(2)).toEqual(['a', 'b'])
    call.resume()
    expect(await end).toBe(status.OK)
    await closed
    expect(all.node.hearers()).toBe(0)
    expect(handled).toEqual(['OK'])
  })
  it('ends a stream on which nothing waits', async () => {
    const all = await setup()
    const one = await hear(all)
    const other = await hear(all)
    const closed = all.server.close(20_000)
    one.call.resume()
    other.call.resume()
    expect([await one.end, await other.end]).toEqual([status.OK, status.OK])
    await closed
  })
})
