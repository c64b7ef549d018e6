import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, simulate, type World } from '../../adapters/memory/index.js'
import { plan, recover } from '../../ports/recover.js'

const CRI = { type: 'io.containerd.grpc.v1', id: 'cri', error: null }

/** `web` ran, and ended while nobody looked: a recovery writes its exit and deletes its task. */
const world: World = {
  ...emptyWorld(NOW),
  containers: [sandboxRecord('pod'), containerRecord('web', 'pod')],
  tasks: [taskReply('pod'), taskReply('web', { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT })],
  files: CHECKPOINTS.running,
}
const nodeOf = (more: Partial<World> = {}) => simulate({ ...world, ...more })
const mutations = (node: ReturnType<typeof simulate>): readonly string[] =>
  node.log
    .filter(({ mutating, outcome, call }) => mutating && outcome === 'done' && call !== 'lock.acquire')
    .map(({ call }) => call)
const isFree = async (node: ReturnType<typeof simulate>): Promise<boolean> =>
  (await node.ports.lock.acquire()())._tag === 'Right'

describe('recovering', () => {
  it('writes what a stopped task knows, then deletes the task', async () => {
    const node = nodeOf()
    const report = rightOf(await recover(options())(node.ports)())
    expect(report.containers).toMatchObject([
      { id: 'web', state: 'CONTAINER_EXITED', exitCode: 7, finishedAt: EXITED_AT, pid: 0 },
    ])
    expect(mutations(node).filter((call) => call !== 'checkpoints.sweep')).toEqual([
      'checkpoints.write',
      'tasks.kill',
      'tasks.delete',
    ])
    expect(node.world().tasks.map(({ id }) => id)).toEqual(['pod'])
  })
  it('leaves nobody behind who waits', async () => {
    const node = nodeOf({ tasks: [taskReply('pod'), taskReply('web')] })
    const report = rightOf(await recover(options())(node.ports)())
    expect(report.containers).toMatchObject([
      {
        state: 'CONTAINER_RUNNING',
        monitored: false,
        problems: [{ code: 'not-monitored', severity: 'info' }],
      },
    ])
  })
  it('tells after each item how far it is', async () => {
    const steps: string[] = []
    await recover(options({ progress: (done, total) => steps.push(`${done}/${total}`) }))(nodeOf().ports)()
    expect(steps).toEqual(['1/2', '2/2'])
  })
  it('tells what containerd it was, or that it would not say', async () => {
    expect(rightOf(await recover(options())(nodeOf().ports)()).source.containerd).toBe('2.1.9')
    const silent = nodeOf({ faults: [fault('introspection.version', 'hang')] })
    expect(rightOf(await plan(options())(silent.ports)()).source.containerd).toBeNull()
  })
})

describe('beside a live CRI plugin', () => {
  it('nothing is changed, and it is said who is in the way', async () => {
    const node = nodeOf({ plugins: [CRI] })
    const refused = leftOf(await recover(options())(node.ports)())
    expect(refused).toMatchObject({ tag: 'AlreadyExists', of: 'containerd' })
    expect(mutations(node)).toEqual([])
    expect(node.world().files).toEqual(world.files)
  })
  it('recovery goes on by force, or where the plugin is not up', async () => {
    const forced = nodeOf({ plugins: [CRI] })
    expect((await recover(options({ force: true }))(forced.ports)())._tag).toBe('Right')
    const down = nodeOf({ plugins: [{ ...CRI, error: 'no network' }] })
    expect((await recover(options())(down.ports)())._tag).toBe('Right')
  })
  it('a plan is made all the same', async () => {
    const node = nodeOf({ plugins: [CRI] })
    expect((await plan(options())(node.ports)())._tag).toBe('Right')
    expect(mutations(node)).toEqual([])
  })
  it('recovery does not go on where nobody says whether there is one', async () => {
    const node = nodeOf({ faults: [fault('introspection.plugins', 'Unavailable')] })
    expect(leftOf(await recover(options())(node.ports)()).tag).toBe('Unavailable')
    expect(mutations(node)).toEqual([])
  })
})

describe('the lock', () => {
  it('held by another refuses a second recovery, which then does nothing', async () => {
    const node = nodeOf({ lock: 'process 12' })
    expect(leftOf(await recover(options())(node.ports)())).toMatchObject({
      tag: 'AlreadyExists',
      said: 'held by process 12',
    })
    expect(mutations(node)).toEqual([])
    expect(node.log.some(({ call }) => call === 'containers.list')).toBe(false)
  })
  it('is held while a recovery is under way', async () => {
    const node = nodeOf()
    const [first, second] = await Promise.all([
      recover(options())(node.ports)(),
      recover(options())(node.ports)(),
    ])
    expect([first._tag, second._tag].sort()).toEqual(['Left', 'Right'])
  })
  it.each([
    ['a recovery', {}],
    ['a refusal', { plugins: [CRI] }],
    ['a listing that failed', { faults: [fault('containers.list', 'Unavailable')] }],
    ['a plan that is fatal', { faults: [fault('images.list', 'Denied')] }],
  ] as const)('is free again after %s', async (_name, more) => {
    const node = nodeOf(more)
    await recover(options())(node.ports)()
    expect(await isFree(node)).toBe(true)
  })
  it('is not asked for by a plan', async () => {
    const node = nodeOf({ lock: 'process 12' })
    expect((await plan(options())(node.ports)())._tag).toBe('Right')
  })
})

describe('a listing that fails', () => {
  it.each([
    ['containers.list', 'sandbox'],
    ['containers.list', 'container'],
    ['sandboxes.list', null],
  ])('ends it before anything is done: %s %s', async (call, id) => {
    for (const answer of ['Unavailable', 'Denied', 'hang'] as const) {
      const node = nodeOf({
        files: [...world.files, entry('containers/old', { kind: 'directory' })],
        faults: [fault(call, answer, { id })],
      })
      const failed = leftOf(await recover(options())(node.ports)())
      expect(failed.tag).toBe(answer === 'hang' ? 'TimedOut' : answer)
      expect(mutations(node)).toEqual([])
      expect(leftOf(await plan(options())(node.ports)()).tag).toBe(failed.tag)
    }
  })
  it('is no trouble for tasks: each is asked for then', async () => {
    const node = nodeOf({ faults: [fault('tasks.list', 'Unavailable')] })
    const report = rightOf(await recover(options())(node.ports)())
    expect(report.containers).toMatchObject([{ state: 'CONTAINER_EXITED', exitCode: 7 }])
    const asked = node.log.filter(({ call }) => call === 'tasks.get').map(({ id }) => id)
    expect(new Set(asked).size).toBe(2)
  })
  it('of tasks keeps every directory: one without a record may have a live task', async () => {
    const files = [...world.files, entry('containers/old', { kind: 'directory' })]
    const node = nodeOf({ files, faults: [fault('tasks.list', 'TimedOut', { times: 1 })] })
    const first = rightOf(await recover(options())(node.ports)())
    expect(first.orphans).toMatchObject([{ action: 'keep' }])
    expect(mutations(node)).not.toContain('directories.remove')
    expect(rightOf(await recover(options())(node.ports)()).orphans).toMatchObject([{ action: 'remove' }])
  })
  it('says that containerd is down where it is', async () => {
    const node = nodeOf({ containerd: null })
    const failed = leftOf(await recover(options())(node.ports)())
    expect(failed).toMatchObject({ tag: 'Unavailable', unreached: 'no-socket', mayHaveHappened: false })
  })
})
