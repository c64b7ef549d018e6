import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, simulate, type World } from '../../adapters/memory/index.js'
import type { NodeSeen } from '../../core/observation.js'
import { observe } from '../../ports/observe.js'

const world: World = {
  ...emptyWorld(NOW),
  containers: [sandboxRecord('pod'), containerRecord('web', 'pod')],
  tasks: [taskReply('pod'), taskReply('web')],
  files: [entry('containers/web/status', { text: '{"Version":"v1","Pid":7}' })],
}
const seenOn = async (more: Partial<World>): Promise<NodeSeen> =>
  rightOf(await observe(options())(simulate({ ...world, ...more }).ports)())

describe('looking at a container', () => {
  it('sees its task, its checkpoint and its metadata', async () => {
    const [web] = (await seenOn({})).containers
    expect(web).toMatchObject({
      look: { kind: 'found', task: { pid: 4242 } },
      checkpoint: { right: { status: { pid: 7 } } },
      metadata: { right: { name: 'web_pod_default_uid-pod_0' } },
      pipes: null,
      oomKilled: false,
      aliveAt: 0n,
    })
  })
  it('takes only "not found" for absence', async () => {
    expect((await seenOn({ tasks: [] })).containers).toMatchObject([{ look: { kind: 'missing' } }])
    for (const answer of ['Unavailable', 'Denied', 'TimedOut', 'Malformed', 'Exhausted', 'hang'] as const) {
      const faults = [fault('tasks.get', answer, { id: 'web' })]
      expect((await seenOn({ faults })).containers).toMatchObject([{ look: { kind: 'unreachable' } }])
    }
  })
  it('sees the checkpoint, though the task hangs, and the task, though the checkpoint hangs', async () => {
    const silent = await seenOn({ faults: [fault('tasks.get', 'hang', { id: 'web' })] })
    expect(silent.containers).toMatchObject([{ checkpoint: { right: { status: { pid: 7 } } } }])
    const slow = await seenOn({ faults: [fault('checkpoints.read', 'hang')] })
    expect(slow.containers).toMatchObject([{ look: { kind: 'found' }, file: { kind: 'unreadable' } }])
  })
  it('opens no path for an id that is none', async () => {
    const node = simulate({ ...world, containers: [containerRecord('../etc', 'pod')] })
    const seen = rightOf(await observe(options())(node.ports)())
    expect(seen.containers).toMatchObject([{ file: { kind: 'unreadable' } }])
    expect(node.log.some(({ call }) => call === 'checkpoints.read')).toBe(false)
  })
  it('sees that the directory of its log pipes is gone', async () => {
    const stdout = `${world.state}/containers/web/io/1/web-stdout`
    const tasks = [taskReply('web', { stdout })]
    expect((await seenOn({ tasks })).containers[0]?.pipes).toMatch(/is gone/)
    const files = [entry('containers/web/io/1/web-stdout', { in: 'state', kind: 'fifo' })]
    expect((await seenOn({ tasks, files })).containers[0]?.pipes).toBeNull()
  })
})

describe('looking at a sandbox', () => {
  const netns = (NetNSPath: string, network = 0) => {
    const record = sandboxRecord('pod')
    const namespaces = { linux: { security_context: { namespace_options: { network } } } }
    const value = JSON.stringify({ Version: 'v1', Metadata: { ID: 'pod', NetNSPath, Config: namespaces } })
    const name = 'io.cri-containerd.sandbox.metadata'
    const typeUrl = 'github.com/containerd/cri/pkg/store/sandbox/Metadata'
    return { containers: [{ ...record, extensions: new Map([[name, { typeUrl, value }]]) }] }
  }
  it.each([
    ['/run/netns/a', 0, 'open'],
    ['/run/netns/b', 0, 'stale'],
    ['/run/netns/c', 0, 'missing'],
    ['', 0, 'missing'],
    ['/run/netns/b', 2, 'host'],
  ] as const)('sees its network namespace: %s, mode %i, is %s', async (path, network, status) => {
    const known = [
      { path: '/run/netns/a', status: 'open' },
      { path: '/run/netns/b', status: 'stale' },
    ] as const
    const seen = await seenOn({ ...netns(path, network), netns: known })
    expect(seen.sandboxes).toMatchObject([{ netns: { path, status } }])
  })
  it('sees its network namespace by the sandbox store’s metadata where its own cannot be read', async () => {
    const [, own] = [...sandboxRecord('pod').extensions][0] ?? []
    if (own === undefined) return expect.unreachable()
    const stored = { id: 'pod', sandboxer: 'podsandbox', createdAt: NOW, controller: null }
    const seen = await seenOn({
      containers: [{ ...sandboxRecord('pod'), extensions: new Map() }],
      sandboxStore: [{ ...stored, extensions: new Map([['metadata', own]]) }],
    })
    expect(seen.sandboxes).toMatchObject([{ metadata: { _tag: 'Left' }, netns: { status: 'host' } }])
  })
  it('does not look at it a second time where it is in the sandbox store too', async () => {
    const stored = {
      id: 'pod',
      sandboxer: 'podsandbox',
      createdAt: NOW,
      extensions: new Map(),
      controller: null,
    }
    const seen = await seenOn({ sandboxStore: [stored, { ...stored, id: 'other' }] })
    expect(seen.stored.map(({ stored: { id } }) => id)).toEqual(['other'])
    expect(seen.stored[0]?.seen).toBe('NOT_FOUND')
  })
  it('knows that an old containerd has no store of sandboxes', async () => {
    expect((await seenOn({ sandboxStore: null })).stored).toEqual([])
  })
})

describe('looking at the node', () => {
  it('asks the clock once, and before all else', async () => {
    const node = simulate(world, { tick: 1_000n })
    expect(rightOf(await observe(options())(node.ports)()).now).toBe(NOW)
  })
  it('looks at directories before it lists records', async () => {
    const node = simulate(world)
    await observe(options())(node.ports)()
    const calls = node.log.map(({ call }) => call)
    expect(calls.lastIndexOf('directories.list')).toBeLessThan(calls.indexOf('containers.list'))
  })
  it('tells a base that is missing from one that cannot be read', async () => {
    const seen = await seenOn({ faults: [fault('directories.list', 'Denied', { id: 'root/containers' })] })
    expect(seen.bases.map(({ entries }) => (typeof entries === 'string' ? 'unreadable' : entries))).toEqual([
      null,
      null,
      'unreadable',
      null,
    ])
  })
  it('says why images could not be listed, and goes on', async () => {
    expect((await seenOn({ faults: [fault('images.list', 'Denied')] })).images).toMatch(/refused/)
  })
  it('stops where a listing fails', async () => {
    const node = simulate({ ...world, faults: [fault('containers.list', 'Exhausted')] })
    expect(leftOf(await observe(options())(node.ports)()).tag).toBe('Exhausted')
  })
})
