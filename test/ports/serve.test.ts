import { afterEach, describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { NOW, STATUSES, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../core/checkpoint.js'
import { type Status, stateOf } from '../../core/status.js'
import type { ServeOptions } from '../../ports/keeping.js'
import { type Serving, serve } from '../../ports/serve.js'
import type { ServedEvent } from '../../ports/service.js'

const SECOND = 1_000_000_000n
const MINUTE = 60n * SECOND

const file = (id: string, status: Status) =>
  entry(`containers/${id}/status`, { text: encodeCheckpoint(status, null) })

/** A pod with two containers that run, and one that was created. */
const world: World = {
  ...emptyWorld(NOW),
  containers: [
    sandboxRecord('pod'),
    ...['web', 'job', 'idle'].map((id) => containerRecord(id, 'pod', `/logs/${id}.log`)),
  ],
  tasks: [
    taskReply('pod', { pid: 10 }),
    taskReply('web', { pid: 11, stdout: '/run/web/stdout' }),
    taskReply('job', { pid: 12, stdout: '/run/job/stdout' }),
  ],
  files: [file('web', STATUSES.RUNNING), file('job', STATUSES.RUNNING), file('idle', STATUSES.CREATED)],
}

const open: Serving[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((serving) => serving.stop()))
})

interface Told {
  readonly node: SimulatedNode
  readonly serving: Serving
  readonly messages: string[]
  readonly events: ServedEvent[]
}

const served = (node: SimulatedNode, own: Partial<ServeOptions> = {}): Told => {
  const messages: string[] = []
  const events: ServedEvent[] = []
  const log: ServeOptions['log'] = (level, message) => messages.push(`${level}: ${message}`)
  const serving = serve({ ...options(), drainMs: 5_000, log, ...own })(node.servePorts)
  open.push(serving)
  serving.service.subscribe((event) => events.push(event))
  return { node, serving, messages, events }
}

const ready = async (more: Partial<World> = {}, own?: Partial<ServeOptions>): Promise<Told> => {
  const told = served(simulate({ ...world, ...more }), own)
  rightOf(await told.serving.ready)
  return told
}

const shown = ({ serving }: Told, id: string): string => {
  const container = serving.service.node().containers.get(id)
  if (container === undefined) return 'not listed'
  const { status } = container
  return `${stateOf(status).replace('CONTAINER_', '')} ${status.exitCode} ${status.reason}`.trim()
}
const onDisk = ({ node }: Told, id: string): string => {
  const text = node.world().files.find(({ path }) => path === `containers/${id}/status`)?.text ?? ''
  const { status } = rightOf(decodeCheckpoint(text))
  return `${stateOf(status).replace('CONTAINER_', '')} ${status.exitCode} ${status.reason}`.trim()
}
const taskIds = ({ node }: Told): readonly string[] => node.world().tasks.map(({ id }) => id)
const calls = ({ node }: Told, id: string): readonly string[] =>
  node.log.filter((call) => call.id === id && call.mutating).map(({ call }) => call)

describe('a serve', () => {
  it('hears events before it lists anything', async () => {
    const { node } = await ready()
    const heard = node.log.findIndex(({ call }) => call === 'events.subscribe')
    const listed = node.log.findIndex(({ call }) => call === 'containers.list')
    expect(heard).toBeGreaterThanOrEqual(0)
    expect(heard).toBeLessThan(listed)
  })
  it('shows everything once it is ready, and watches what lives', async () => {
    const told = await ready()
    const { phase, containers, sandboxes } = told.serving.service.node()
    expect(phase).toBe('serving')
    expect([...containers.values()].map(({ id, watched }) => `${id} ${watched}`).sort()).toEqual([
      'idle false',
      'job true',
      'web true',
    ])
    expect(sandboxes.get('pod')).toMatchObject({ state: 'SANDBOX_READY', pid: 10, watched: true })
  })
  it('attaches to the pipes of a task before it decides anything about it', async () => {
    const { node } = await ready()
    const of = (call: string) => node.log.findIndex((one) => one.call === call && one.id === 'web')
    expect(of('io.attach')).toBeGreaterThanOrEqual(0)
    expect(of('io.attach')).toBeLessThan(of('tasks.watch'))
  })
  it('refuses beside another one, and beside a live CRI plugin', async () => {
    const taken = served(simulate({ ...world, lock: 'process 12' }))
    expect(leftOf(await taken.serving.ready).tag).toBe('AlreadyExists')
    const cri = { type: 'io.containerd.grpc.v1', id: 'cri', error: null }
    const beside = served(simulate({ ...world, plugins: [cri] }))
    expect(leftOf(await beside.serving.ready).said).toContain('CRI plugin is live')
    expect(await beside.serving.ended).not.toBeNull()
  })
  it('lets go of its lock when it stops', async () => {
    const { node, serving } = await ready()
    await serving.stop()
    expect(await serving.ended).toBeNull()
    expect((await node.ports.lock.acquire()())._tag).toBe('Right')
  })
})

describe('an exit', () => {
  it('is on disk before its task is deleted, and told to whoever watches', async () => {
    const told = await ready()
    told.node.end('job', 7)
    await told.node.pass(0n)
    expect(shown(told, 'job')).toBe('EXITED 7')
    expect(onDisk(told, 'job')).toBe('EXITED 7')
    expect(taskIds(told)).not.toContain('job')
    const order = calls(told, 'job')
    expect(order.indexOf('checkpoints.write')).toBeLessThan(order.indexOf('tasks.delete'))
    expect(told.events).toMatchObject([{ kind: 'stopped', id: 'job', sandboxId: 'pod' }])
  })
  it('takes all log lines with it', async () => {
    const told = await ready()
    told.node.logs.write('job', 'last words\n')
    told.node.end('job', 0)
    await told.node.pass(0n)
    expect(told.node.logs.logOf('job')).toEqual(['last words\n'])
    expect(told.node.logs.lostOf('job')).toBe('')
    const drained = told.node.log.findIndex(({ call, id }) => call === 'io.drain' && id === 'job')
    const deleted = told.node.log.findIndex(({ call, id }) => call === 'tasks.delete' && id === 'job')
    expect(drained).toBeLessThan(deleted)
  })
  it('says so where a pipe did not come to its end in time', async () => {
    const told = await ready()
    told.node.logs.hold('job')
    told.node.end('job', 0)
    await told.node.pass(MINUTE)
    expect(shown(told, 'job')).toBe('EXITED 0')
    expect(told.messages.join('\n')).toContain('lines that were still in its log pipes are gone')
  })
  it('is not overwritten by a second one', async () => {
    const told = await ready()
    told.node.end('job', 7)
    await told.node.pass(0n)
    told.node.putTask(taskReply('job', { status: 'stopped', exitStatus: 9 }))
    told.node.restartContainerd()
    await told.node.pass(MINUTE)
    expect(shown(told, 'job')).toBe('EXITED 7')
  })
  it('that cannot be written keeps its task, and is written once there is room', async () => {
    const told = await ready()
    const room = told.node.faults.add({ call: 'checkpoints.write', id: 'job', answer: 'Exhausted' })
    told.node.end('job', 7)
    await told.node.pass(10n * SECOND)
    expect(shown(told, 'job')).toBe('EXITED 7')
    expect(taskIds(told)).toContain('job')
    expect(told.serving.service.counts().backoff.depth).toBe(1)
    expect(told.serving.service.counts().checkpointErrors).toBeGreaterThan(1)
    room()
    await told.node.pass(10n * MINUTE)
    expect(onDisk(told, 'job')).toBe('EXITED 7')
    expect(taskIds(told)).not.toContain('job')
    expect(told.serving.service.counts().backoff.depth).toBe(0)
  })
  it('whose task cannot be deleted is shown all the same, and its task is tried again', async () => {
    const told = await ready()
    told.node.faults.add({ call: 'tasks.delete', id: 'job', answer: 'TimedOut', times: 2 })
    told.node.end('job', 7)
    await told.node.pass(0n)
    expect(shown(told, 'job')).toBe('EXITED 7')
    expect(taskIds(told)).toContain('job')
    await told.node.pass(MINUTE)
    expect(taskIds(told)).not.toContain('job')
    expect(shown(told, 'job')).toBe('EXITED 7')
  })
  it('of a sandbox leaves the pod not ready', async () => {
    const told = await ready()
    told.node.end('pod', 137)
    await told.node.pass(0n)
    expect(told.serving.service.node().sandboxes.get('pod')).toMatchObject({
      state: 'SANDBOX_NOTREADY',
      pid: 0,
    })
    expect(taskIds(told)).not.toContain('pod')
    expect(told.events).toMatchObject([{ kind: 'stopped', id: 'pod', sandboxId: 'pod' }])
  })
  it('of the time before is told to whoever asks later', async () => {
    const told = await ready({
      tasks: [taskReply('web', { status: 'stopped', exitStatus: 3, exitedAt: NOW - SECOND })],
    })
    const late: ServedEvent[] = []
    told.serving.service.subscribe((event) => late.push(event))
    expect(late).toContainEqual({ kind: 'stopped', id: 'web', sandboxId: 'pod', at: NOW - SECOND })
  })
})

describe('an OOM kill', () => {
  it('is said at once, and on disk, while the container lives on', async () => {
    const told = await ready()
    told.node.oom('web')
    await told.node.pass(0n)
    expect(shown(told, 'web')).toBe('RUNNING 0 OOMKilled')
    expect(onDisk(told, 'web')).toBe('RUNNING 0 OOMKilled')
  })
  it.each(['safe', 'reference'] as const)('is found where its event was missed, in %s', async (profile) => {
    const told = await ready({ oomKills: [{ id: 'web', count: 1 }] }, { profile })
    told.node.end('web', 137)
    await told.node.pass(0n)
    expect(shown(told, 'web')).toBe('EXITED 137 OOMKilled')
    expect(onDisk(told, 'web')).toBe('EXITED 137 OOMKilled')
  })
})

describe('a containerd that goes away', () => {
  it('takes nothing for an exit, and kills nobody', async () => {
    const told = await ready()
    told.node.stopContainerd()
    await told.node.pass(MINUTE)
    expect(told.serving.service.node().phase).toBe('cut-off')
    expect(shown(told, 'web')).toBe('RUNNING 0')
    told.node.startContainerd()
    await told.node.pass(MINUTE)
    expect(told.serving.service.node().phase).toBe('serving')
    expect(shown(told, 'web')).toBe('RUNNING 0')
    expect(told.serving.service.node().containers.get('web')?.watched).toBe(true)
    expect(calls(told, 'web').filter((call) => call.startsWith('tasks.'))).toEqual([])
    expect(told.serving.service.counts().reconnects).toBe(1)
  })
  it('has its shims asked for the exits that it will forget', async () => {
    const told = await ready()
    told.node.stopContainerd()
    await told.node.pass(SECOND)
    told.node.end('job', 7)
    await told.node.pass(SECOND)
    expect(shown(told, 'job')).toBe('EXITED 7')
    expect(onDisk(told, 'job')).toBe('EXITED 7')
    expect(told.events).toMatchObject([{ kind: 'stopped', id: 'job' }])
    told.node.startContainerd()
    await told.node.pass(MINUTE)
    expect(taskIds(told)).not.toContain('job')
    expect(shown(told, 'job')).toBe('EXITED 7')
  })
  it('is told, with the time since when, of an exit that even a shim cannot tell', async () => {
    const told = await ready()
    told.node.stopContainerd()
    await told.node.pass(SECOND)
    told.node.dropTask('job')
    told.node.startContainerd()
    await told.node.pass(MINUTE)
    const status = told.serving.service.node().containers.get('job')?.status
    expect(status).toMatchObject({ exitCode: 255, reason: 'Unknown' })
    expect(status?.message).toContain('The exit happened after 2027-01-15T08:00:00')
  })
  it('and comes back with its CRI plugin is left to itself', async () => {
    const plugins = [{ type: 'io.containerd.grpc.v1', id: 'cri', error: 'disabled' }]
    const told = await ready({ plugins })
    told.node.stopContainerd()
    told.node.startContainerd([{ type: 'io.containerd.grpc.v1', id: 'cri', error: null }])
    await told.node.pass(MINUTE)
    expect((await told.serving.ended)?.tag).toBe('AlreadyExists')
  })
  it('twice, the second time while everything is looked at again, costs nobody anything', async () => {
    const told = await ready()
    told.node.stopContainerd()
    await told.node.pass(SECOND)
    told.node.startContainerd()
    const again = told.node.faults.add({ call: 'tasks.*', answer: 'Unavailable' })
    await told.node.pass(SECOND)
    told.node.stopContainerd()
    again()
    await told.node.pass(SECOND)
    told.node.end('job', 5)
    await told.node.pass(SECOND)
    told.node.startContainerd()
    await told.node.pass(MINUTE)
    expect(shown(told, 'web')).toBe('RUNNING 0')
    expect(shown(told, 'job')).toBe('EXITED 5')
  })
})

describe('doubt', () => {
  it('ends once the task can be looked at', async () => {
    const told = await ready({ faults: [fault('tasks.get', 'TimedOut', { id: 'web', times: 3 })] })
    expect(shown(told, 'web')).toBe('UNKNOWN 0')
    await told.node.pass(10n * MINUTE)
    expect(shown(told, 'web')).toBe('RUNNING 0')
    expect(told.serving.service.node().containers.get('web')?.watched).toBe(true)
  })
  it('does not begin with a watch that is lost', async () => {
    const told = await ready({ faults: [fault('tasks.exit', 'Unavailable', { id: 'web', times: 1 })] })
    await told.node.pass(MINUTE)
    expect(shown(told, 'web')).toBe('RUNNING 0')
    expect(told.serving.service.node().containers.get('web')?.watched).toBe(true)
  })
})

describe('a log', () => {
  it('is reopened while its container runs, and not otherwise', async () => {
    const told = await ready()
    told.node.logs.write('web', 'one\n')
    rightOf(await told.serving.service.reopenLog('web')())
    told.node.logs.write('web', 'two\n')
    expect(told.node.logs.logOf('web')).toEqual(['one\n', 'two\n'])
    expect(leftOf(await told.serving.service.reopenLog('idle')()).tag).toBe('Denied')
    expect(leftOf(await told.serving.service.reopenLog('nobody')()).tag).toBe('NotFound')
  })
  it('gets what a container wrote while nobody read', async () => {
    const node = simulate(world)
    node.logs.write('web', 'while you were away\n')
    const told = served(node)
    rightOf(await told.serving.ready)
    expect(node.logs.logOf('web')).toEqual(['while you were away\n'])
  })
})
