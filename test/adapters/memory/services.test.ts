import { describe, expect, it } from 'vitest'
import { answerOf, calm, expectFailure } from '../../../adapters/fast-check/contract/files.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { decodeWorld, type SimulatedNode, simulate } from '../../../adapters/memory/index.js'

const START = 1_795_445_431_000_000_000n

const nodeOf = (more: object): SimulatedNode =>
  simulate(rightOf(decodeWorld({ version: 1, now: String(START), ...more })))

describe('a container’s details', () => {
  it('are what the world has of them, and else empty', async () => {
    const { ports } = nodeOf({
      containers: [{ id: 'web', image: 'a', snapshotKey: 'k' }, { id: 'bare' }],
      details: [{ id: 'web', spec: { process: { cwd: '/' } }, options: { typeUrl: 't', value: 'cnVuYw==' } }],
    })
    const detail = async (id: string) => answerOf(await ports.containers.detail(id, calm)())
    expect(await detail('web')).toEqual({
      spec: '{"process":{"cwd":"/"}}',
      runtime: 'io.containerd.runc.v2',
      options: { typeUrl: 't', value: new TextEncoder().encode('runc') },
      snapshotter: 'overlayfs',
      snapshotKey: 'k',
      image: 'a',
    })
    expect(await detail('bare')).toMatchObject({ spec: '', options: null })
  })
})

describe('a wait for a sandbox', () => {
  const controller = { state: 'SANDBOX_READY', pid: 3 }
  const pods = () =>
    nodeOf({ sandboxStore: [{ id: 'pod', controller }, { id: 'lost' }, { id: 'other', controller }] })
  const watch = async ({ ports }: SimulatedNode, id: string) =>
    answerOf(await ports.sandboxes.watch(id, 'podsandbox', calm)())

  it('ends with the sandbox, and tells the same to whoever asks later', async () => {
    const node = pods()
    const [pod, other] = [await watch(node, 'pod'), await watch(node, 'other')]
    node.endSandbox('pod')
    node.advance(5n)
    const exit = { exitStatus: 0, exitedAt: START }
    expect(answerOf(await pod.exited)).toEqual(exit)
    expect(answerOf(await (await watch(node, 'pod')).exited)).toEqual(exit)
    expect(await Promise.race([other.exited, 'waits on'])).toBe('waits on')
    expect(node.world().sandboxStore?.[0]?.controller).toMatchObject({ state: 'SANDBOX_NOTREADY', pid: 0 })
  })
  it('tells no time of an end before all that is known', async () => {
    const ended = { ...controller, state: 'SANDBOX_NOTREADY' }
    const node = nodeOf({ sandboxStore: [{ id: 'pod', controller: ended }] })
    expect(answerOf(await (await watch(node, 'pod')).exited)).toEqual({ exitStatus: 0, exitedAt: null })
  })
  it('finds nothing any more once the sandbox is forgotten', async () => {
    const node = pods()
    const pod = await watch(node, 'pod')
    answerOf(await node.ports.sandboxes.forget('pod', calm)())
    expectFailure(await pod.exited, 'NotFound')
    expectFailure(await node.ports.sandboxes.watch('pod', 'podsandbox', calm)(), 'NotFound')
  })
  it('needs a controller that knows it', async () => {
    const node = pods()
    node.endSandbox('lost')
    for (const id of ['lost', 'nobody'])
      expectFailure(await node.ports.sandboxes.watch(id, 'podsandbox', calm)(), 'NotFound')
    expectFailure(
      await nodeOf({ sandboxStore: null }).ports.sandboxes.watch('pod', 'podsandbox', calm)(),
      'Denied',
    )
  })
})

describe('usage', () => {
  it('is nothing that a world knows of', async () => {
    const { stats, snapshots } = nodeOf({}).servePorts
    expect(answerOf(await stats.cgroup('/pod/web')())).toBeNull()
    expect(answerOf(await stats.network(7)())).toBeNull()
    expect(answerOf(await snapshots.usage('overlayfs', calm)())).toEqual([])
    expect(answerOf(await snapshots.folder('overlayfs', calm)())).toBeNull()
  })
})
