import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { checkpointAt, textAt } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { EXITED_AT, fileOf, STARTED_AT, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import { failure } from '../../ports/failure.js'
import { plan } from '../../ports/recover.js'
import { rescue } from '../../ports/rescue.js'
import { codesOf, downWith, exitsOf, rescued, rescueOn, rescueOptions, STATUS, stopped } from './rescues.js'

const IDS = ['a', 'b', 'c']

describe('a rescue', () => {
  it('writes down how each container ended, and touches nothing else', async () => {
    const world = downWith(IDS)
    const { node, report } = await rescueOn(world)
    expect(exitsOf(report)).toEqual(IDS.map((id) => [id, 'CONTAINER_EXITED', 7]))
    const after = node.world()
    for (const id of IDS)
      expect(checkpointAt(after, id)?.status).toMatchObject({
        pid: 0,
        startedAt: STARTED_AT,
        finishedAt: EXITED_AT,
        exitCode: 7,
      })
    expect(after.tasks).toEqual(world.tasks)
    expect(after.files.map(({ path }) => path).sort()).toEqual(world.files.map(({ path }) => path).sort())
    const done = new Set(node.log.filter(({ mutating }) => mutating).map(({ call }) => call))
    expect(done).toEqual(new Set(['lock.acquire', 'checkpoints.sweep', 'checkpoints.write']))
    expect(report).toMatchObject({ command: 'rescue', fatal: null, source: { containerd: null } })
  })
  it.each(['created', 'running', 'paused', 'pausing', 'unknown', 'other'] as const)(
    'leaves a task alone that is %s',
    async (status) => {
      const world = downWith(['a'], { tasks: [taskReply('a', { status })] })
      const { node } = await rescueOn(world)
      expect(textAt(node.world(), 'a')).toBe(STATUS)
      expect(node.log.filter(({ mutating, call }) => mutating && call !== 'lock.acquire')).toEqual([])
    },
  )
  it('leaves the pauses of sandboxes out', async () => {
    const world = downWith(['a'], { tasks: [stopped('pod'), stopped('a')] })
    const { node, report } = await rescueOn(world)
    expect(report.containers.map(({ id }) => id)).toEqual(['a'])
    expect(node.log.filter(({ id }) => id === 'pod')).toEqual([])
  })
  it('makes no directory for a container that has none', async () => {
    const world = downWith(['a'], { files: [entry('containers', { kind: 'directory' })] })
    const { node, report } = await rescueOn(world)
    expect(codesOf(report, 'a')).toEqual(['checkpoint-not-durable'])
    expect(node.world().files).toEqual(world.files)
  })
  it('sets aside what cannot be read, byte for byte', async () => {
    const world = downWith(['a'], { files: [entry('containers/a/status', { base64: '/wD+' })] })
    const { node } = await rescueOn(world)
    const aside = node.world().files.find(({ path }) => path.startsWith('containers/a/status.unreadable-'))
    expect(aside).toMatchObject({ base64: '/wD+' })
    expect(checkpointAt(node.world(), 'a')?.status).toMatchObject({ createdAt: 0n, exitCode: 7 })
  })
  it('does not write over what could not be set aside', async () => {
    const world = downWith(['a'], {
      files: [entry('containers/a/status', { text: '{' })],
      faults: [fault('checkpoints.setAside', 'Exhausted')],
    })
    const { node, report } = await rescueOn(world)
    expect(textAt(node.world(), 'a')).toBe('{')
    expect(codesOf(report, 'a')).toEqual(['checkpoint-not-durable'])
  })
  it.each([
    [2, 'OOMKilled', 137],
    [0, 'Error', 137],
    [2, 'Error', 7],
  ])('with %i kills for want of memory counted says %s for %i', async (count, reason, exitStatus) => {
    const world = downWith(['a'], {
      tasks: [stopped('a', { exitStatus })],
      oomKills: [{ id: 'a', count }],
    })
    const { node, report } = await rescueOn(world)
    expect(report.containers).toMatchObject([{ reason, exitCode: exitStatus }])
    expect(node.log.some(({ call }) => call === 'shims.oomKills')).toBe(exitStatus === 137)
  })
  it('believes no cgroup that cannot be read', async () => {
    const world = downWith(['a'], {
      tasks: [stopped('a', { exitStatus: 137 })],
      faults: [fault('shims.oomKills', 'Denied')],
    })
    expect((await rescueOn(world)).report.containers).toMatchObject([{ reason: 'Error', exitCode: 137 }])
  })
  it('clears away what its own interrupted write left', async () => {
    const world = downWith(['a'])
    const files = [...world.files, entry('containers/a/.tmp-status1', { text: '{' })]
    const { node } = await rescueOn({ ...world, files })
    expect(node.world().files.some(({ path }) => path.endsWith('.tmp-status1'))).toBe(false)
  })
  it('is not needed twice: the second time nothing is written', async () => {
    const { node } = await rescueOn(downWith(IDS))
    const files = node.world().files
    const from = node.log.length
    const report = await rescued(node)
    expect(node.world().files).toEqual(files)
    expect(node.log.slice(from).filter(({ call }) => call === 'checkpoints.write')).toEqual([])
    expect(report.containers.map(({ rule }) => rule)).toEqual(IDS.map(() => 'recorded-already'))
  })
})

describe('what was rescued', () => {
  it('is what a plan says once containerd is up and has forgotten the tasks', async () => {
    const { node } = await rescueOn(downWith(IDS))
    const up = { ...node.world(), containerd: '2.1.9', tasks: [taskReply('pod')] }
    const report = rightOf(await plan(options())(simulate(up).ports)())
    expect(exitsOf(report)).toEqual(IDS.map((id) => [id, 'CONTAINER_EXITED', 7]))
    for (const { problems } of report.containers)
      expect(problems).toContainEqual(expect.objectContaining({ code: 'rescued', severity: 'info' }))
  })
  it('would have been lost without', async () => {
    const up = { ...downWith(['a']), containerd: '2.1.9', tasks: [taskReply('pod')] }
    const report = rightOf(await plan(options())(simulate(up).ports)())
    expect(report.containers).toMatchObject([{ exitCode: 255, reason: 'Unknown' }])
    expect(codesOf(report, 'a')).toContain('exit-lost')
  })
})

describe('a rescue that is refused changes nothing', () => {
  const refusedOn = async (more: Parameters<typeof downWith>[1]) => {
    const world = downWith(['a'], more)
    const node = simulate(world)
    const refused = leftOf(await rescue(rescueOptions())(node.rescuePorts)())
    expect(node.world().files).toEqual(world.files)
    expect(node.log.filter(({ call }) => call === 'shims.state')).toEqual([])
    return { refused, node }
  }
  it('while containerd answers', async () => {
    const { refused, node } = await refusedOn({ containerd: '2.1.9' })
    expect(refused).toMatchObject({ tag: 'AlreadyExists', said: expect.stringContaining('it is up') })
    expect(node.log.filter(({ mutating }) => mutating)).toEqual([])
  })
  it('while containerd hangs', async () => {
    const { refused, node } = await refusedOn({
      containerd: '2.1.9',
      faults: [fault('introspection.version', 'hang')],
    })
    expect(refused).toMatchObject({ tag: 'AlreadyExists', said: expect.stringContaining('does not answer') })
    expect(node.log.filter(({ mutating }) => mutating)).toEqual([])
  })
  it('where what listens there is something else', async () => {
    const { refused } = await refusedOn({ faults: [fault('introspection.version', 'Denied')] })
    expect(refused).toMatchObject({ tag: 'Denied' })
  })
  it('beside another recovery on the same root', async () => {
    const { refused } = await refusedOn({ lock: 'process 12' })
    expect(refused).toMatchObject({ tag: 'AlreadyExists', said: expect.stringContaining('process 12') })
  })
})

describe('a rescue lets go of the lock', () => {
  it.each([
    ['when it is done', []],
    ['when the bundles cannot be listed', [fault('shims.bundles', 'Denied')]],
  ])('%s', async (_when, faults) => {
    const node = simulate(downWith(['a'], { faults }))
    await rescue(rescueOptions())(node.rescuePorts)()
    expect(await node.ports.lock.acquire()()).toMatchObject(right({}))
  })
})

it('a node without a task needs no lock, and nothing is done', async () => {
  const { node, report } = await rescueOn(downWith(['a'], { tasks: [], lock: 'process 12' }))
  expect(report.containers).toEqual([])
  expect(node.log.filter(({ mutating }) => mutating)).toEqual([])
})

describe('a dry run', () => {
  it('makes no call that changes anything, not even the lock', async () => {
    const world = downWith(['a', 'b'], {
      tasks: [stopped('a'), stopped('b')],
      files: [entry('containers/a/status', { text: STATUS }), entry('containers/b/status', { text: '{' })],
    })
    const { node, report } = await rescueOn(world, { dryRun: true })
    expect(node.log.filter(({ mutating }) => mutating)).toEqual([])
    const actions = report.containers.map((row) => row.actions.map(({ kind, outcome }) => [kind, outcome]))
    expect(actions).toEqual([
      [['write-checkpoint', null]],
      [
        ['set-aside-checkpoint', null],
        ['write-checkpoint', null],
      ],
    ])
    expect(report.containers[0]?.problems[0]?.message).toContain('To be written down')
  })
  it('works beside a lock that is held, but not beside a containerd that is up', async () => {
    const { report } = await rescueOn(downWith(['a'], { lock: 'process 12' }), { dryRun: true })
    expect(codesOf(report, 'a')).toEqual(['rescued'])
    const up = simulate(downWith(['a'], { containerd: '2.1.9' }))
    leftOf(await rescue(rescueOptions({ dryRun: true }))(up.rescuePorts)())
  })
})

describe('a bundle', () => {
  const withBundles = (node: ReturnType<typeof simulate>, address: string) => ({
    ...node.rescuePorts,
    shims: {
      ...node.rescuePorts.shims,
      bundles: () => async () => right([{ id: 'a', address }]),
    },
  })
  it('whose address cannot be told is told so, and nobody is asked', async () => {
    const node = simulate(downWith(['a']))
    const ports = withBundles(node, 'bootstrap.json: it is not JSON')
    const report = rightOf(await rescue(rescueOptions())(ports)())
    expect(report.containers[0]?.problems[0]?.message).toContain('bootstrap.json: it is not JSON')
    expect(node.log.some(({ call }) => call === 'shims.state')).toBe(false)
    expect(textAt(node.world(), 'a')).toBe(STATUS)
  })
  it('whose shim does not know the task is told so, and is no exit', async () => {
    const node = simulate(downWith(['a'], { tasks: [] }))
    const known = withBundles(node, '')
    const address = { socket: '/s', protocol: 'ttrpc', service: 'v3' } as const
    const bundles = () => async () => right([{ id: 'a', address }])
    const report = rightOf(await rescue(rescueOptions())({ ...known, shims: { ...known.shims, bundles } })())
    expect(codesOf(report, 'a')).toEqual(['shim-silent'])
    expect(textAt(node.world(), 'a')).toBe(STATUS)
  })
  it('that none can be listed of is the end of it', async () => {
    const node = simulate(downWith(['a']))
    const bundles = () => async () => left(failure('Denied', 'list bundles', 'the file system', 'EACCES'))
    const ports = { ...node.rescuePorts, shims: { ...node.rescuePorts.shims, bundles } }
    expect(leftOf(await rescue(rescueOptions())(ports)())).toMatchObject({ tag: 'Denied' })
  })
})

it('an exit on record already stands, whatever the shim says', async () => {
  const exited = fileOf('EXITED')
  const text = exited.kind === 'text' ? exited.text : ''
  const world = downWith(['a'], { tasks: [stopped('a')], files: [entry('containers/a/status', { text })] })
  const { node, report } = await rescueOn(world)
  expect(textAt(node.world(), 'a')).toBe(text)
  expect(exitsOf(report)).toEqual([['a', 'CONTAINER_EXITED', 3]])
})
