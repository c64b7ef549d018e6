import { describe, expect, it } from 'vitest'
import { answerOf, calm, expectFailure } from '../../../adapters/fast-check/contract/files.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { decodeWorld, type SimulatedNode, simulate } from '../../../adapters/memory/index.js'
import type { NodeEvent } from '../../../ports/events.js'
import type { ShimAddress } from '../../../ports/shims.js'

const START = 1_795_445_431_000_000_000n
const addressOf = (id: string): ShimAddress => ({
  socket: `/run/containerd/s/${id}`,
  protocol: 'ttrpc',
  service: 'v3',
})
const ADDRESS = addressOf('web')

const nodeOf = (more: object = {}): SimulatedNode =>
  simulate(
    rightOf(
      decodeWorld({
        version: 1,
        now: String(START),
        tasks: [
          { id: 'web', status: 'running', pid: 7 },
          { id: 'job', status: 'running', pid: 8 },
        ],
        sandboxStore: [{ id: 'pod', controller: { state: 'SANDBOX_READY', pid: 3 } }],
        ...more,
      }),
    ),
  )

const taskIds = async ({ ports }: SimulatedNode): Promise<readonly string[]> =>
  answerOf(await ports.tasks.list(calm)()).map(({ id }) => id)
const bundles = async ({ ports }: SimulatedNode): Promise<readonly string[]> =>
  answerOf(await ports.shims.bundles()()).map(({ id }) => id)
const watchAtShim = async ({ ports }: SimulatedNode, id: string) =>
  answerOf(await ports.shims.watch(id, addressOf(id), calm)())

const BROKEN = { left: { tag: 'Unavailable', unreached: 'broken', mayHaveHappened: false } }

describe('a containerd that stops', () => {
  it('breaks every wait and every subscription, and answers nothing any more', async () => {
    const node = nodeOf()
    const { tasks, sandboxes, events, introspection, images, snapshots } = node.servePorts
    const task = answerOf(await tasks.watch('web', calm)())
    const sandbox = answerOf(await sandboxes.watch('pod', 'podsandbox', calm)())
    const subscription = answerOf(await events.subscribe(() => undefined, calm)())
    node.stopContainerd()
    expect(await task.exited).toMatchObject(BROKEN)
    expect(await sandbox.exited).toMatchObject(BROKEN)
    expect(await subscription.ended).toMatchObject(BROKEN.left)
    for (const call of [
      tasks.kill('web', calm),
      events.subscribe(() => undefined, calm),
      snapshots.usage('overlayfs', calm),
      introspection.version(calm),
      images.list(calm),
    ])
      expect(await call()).toMatchObject({
        left: { tag: 'Unavailable', unreached: 'no-socket', mayHaveHappened: false },
      })
    expect(node.world()).toMatchObject({ containerd: null, tasks: [{ status: 'running' }, {}] })
  })
  it('leaves shims that tell how their tasks end, and the files', async () => {
    const node = nodeOf()
    const before = await watchAtShim(node, 'web')
    node.stopContainerd()
    const meanwhile = await watchAtShim(node, 'web')
    node.end('web', 7)
    const afterwards = await watchAtShim(node, 'web')
    for (const watch of [before, meanwhile, afterwards])
      expect(answerOf(await watch.exited)).toEqual({ exitStatus: 7, exitedAt: START })
    expect(answerOf(await node.ports.shims.state('web', ADDRESS, calm)())).toMatchObject({
      status: 'stopped',
      exitStatus: 7,
    })
    expectFailure(await node.ports.shims.watch('nobody', ADDRESS, calm)(), 'NotFound')
    expect(answerOf(await node.ports.checkpoints.read('web')())).toMatchObject({ kind: 'missing' })
  })
  it('lets waits at shims go on, and one that was closed hears nothing', async () => {
    const node = nodeOf()
    const [web, closed] = [await watchAtShim(node, 'web'), await watchAtShim(node, 'web')]
    closed.close()
    node.restartContainerd()
    node.end('web', 3)
    expect(answerOf(await web.exited).exitStatus).toBe(3)
    expect(await Promise.race([closed.exited, 'silent'])).toBe('silent')
  })
})

describe('a containerd that comes back', () => {
  it.each([
    ['1.6.20', ['job', 'web']],
    ['2.1.9', ['web']],
  ])('as %s has of its tasks %j', async (containerd, left) => {
    const node = nodeOf({ containerd })
    const watch = await watchAtShim(node, 'web')
    node.stopContainerd()
    node.end('job', 7)
    node.startContainerd()
    expect([...(await taskIds(node))].sort()).toEqual(left)
    expect(await Promise.race([watch.exited, 'waits on'])).toBe('waits on')
  })
  it('may be another version, with other plugins', async () => {
    const node = nodeOf({ containerd: '1.6.20' })
    const plugins = [{ type: 'io.containerd.grpc.v1', id: 'cri', error: null }]
    node.stopContainerd()
    node.end('job', 7)
    node.startContainerd(plugins, '2.1.9')
    expect(answerOf(await node.ports.introspection.version(calm)())).toBe('2.1.9')
    expect(answerOf(await node.ports.introspection.plugins(calm)())).toEqual(plugins)
    expect(await taskIds(node)).toEqual(['web'])
    expect(node.world()).toMatchObject({ containerd: '2.1.9', plugins })
  })
  it('starts for the first time where there was none', async () => {
    const node = nodeOf({ containerd: null })
    node.startContainerd()
    expect(answerOf(await node.ports.introspection.version(calm)())).toBe('2.1.9')
  })
  it('is left as it is where it was up', async () => {
    const node = nodeOf()
    node.end('job', 7)
    node.startContainerd()
    expect(await taskIds(node)).toEqual(['web', 'job'])
  })
})

describe('a shim that is killed', () => {
  it('breaks the waits on its task, which containerd does not know any more', async () => {
    const node = nodeOf()
    const atShim = await watchAtShim(node, 'web')
    const atContainerd = answerOf(await node.ports.tasks.watch('web', calm)())
    node.killShim('web')
    expect(await atShim.exited).toMatchObject(BROKEN)
    expect(await atContainerd.exited).toMatchObject({
      left: { tag: 'Unavailable', said: 'ttrpc: closed', unreached: null, mayHaveHappened: false },
    })
    expectFailure(await node.ports.tasks.get('web', calm)(), 'NotFound')
    expect(await bundles(node)).toEqual(['job'])
  })
  it('is not reached any more, and leaves the others alone', async () => {
    const node = nodeOf()
    node.killShim('web')
    node.killShim('nobody')
    for (const call of [
      node.ports.shims.state('web', ADDRESS, calm),
      node.ports.shims.watch('web', ADDRESS, calm),
    ])
      expect(await call()).toMatchObject({
        left: { tag: 'Unavailable', unreached: 'refused', mayHaveHappened: false },
      })
    expect(answerOf(await node.ports.shims.state('job', addressOf('job'), calm)()).status).toBe('running')
  })
  it('leaves its bundle while there is no containerd to clear it away', async () => {
    const node = nodeOf()
    node.stopContainerd()
    node.killShim('web')
    expect(await bundles(node)).toEqual(['job', 'web'])
    node.startContainerd()
    expect(await bundles(node)).toEqual(['job'])
    expect(await taskIds(node)).toEqual(['job'])
  })
  it('takes what its task wrote and nobody read with it', () => {
    const node = nodeOf()
    node.logs.write('web', 'unread\n')
    node.killShim('web')
    expect(node.logs.lostOf('web')).toBe('unread\n')
  })
  it('makes way for the shim of a task that is put in its place', async () => {
    const node = nodeOf()
    const [task] = answerOf(await node.ports.tasks.list(calm)())
    if (task === undefined) return expect.unreachable()
    node.killShim('web')
    node.putTask(task)
    expect(answerOf(await node.ports.shims.state('web', ADDRESS, calm)())).toEqual(task)
  })
})

describe('an OOM kill', () => {
  it('is told by containerd, and counted by the kernel whether containerd is up or not', async () => {
    const node = nodeOf({ oomKills: [{ id: 'web', count: 1 }] })
    const heard: NodeEvent[] = []
    answerOf(await node.servePorts.events.subscribe((event) => heard.push(event), calm)())
    const kills = async (id: string) => answerOf(await node.ports.shims.oomKills(id)())
    node.oom('web')
    node.stopContainerd()
    node.oom('web')
    node.oom('job')
    expect(heard).toEqual([{ kind: 'oom', id: 'web' }])
    expect([await kills('web'), await kills('job'), await kills('nobody')]).toEqual([3, 1, null])
  })
})
