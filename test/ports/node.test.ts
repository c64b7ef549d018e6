import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, simulate, type World, type WorldSandbox } from '../../adapters/memory/index.js'
import type { ContainerRecord, FileKind } from '../../core/records.js'
import type { Profile } from '../../core/transitions.js'
import { recover } from '../../ports/recover.js'

const recovered = async (more: Partial<World>, profile: Profile = 'safe', force = false) => {
  const node = simulate({ ...emptyWorld(NOW), ...more })
  const report = rightOf(await recover(options({ profile, force }))(node.ports)())
  const harmless = new Set(['lock.acquire', 'checkpoints.sweep'])
  const done = node.log.filter(({ mutating, call }) => mutating && !harmless.has(call))
  return { node, report, done: done.map(({ call, id }) => `${call} ${id}`) }
}
const named = (record: ContainerRecord, name: string, createdAt = CREATED_AT): ContainerRecord => ({
  ...record,
  createdAt,
  extensions: new Map(
    [...record.extensions].map(([key, { typeUrl, value }]) => [
      key,
      { typeUrl, value: value.replace(/"Name":"[^"]*"/, `"Name":"${name}"`) },
    ]),
  ),
})
const status = (id: string) => entry(`containers/${id}/status`, { text: '{"Version":"v1","CreatedAt":5}' })

describe('a name that two containers claim', () => {
  const clash: Partial<World> = {
    containers: ['a', 'b'].map((id) => named(containerRecord(id, 'pod'), 'web')),
    tasks: [taskReply('b')],
    files: [status('a'), status('b'), entry('containers/old', { kind: 'directory' })],
  }
  it('goes to the one that lives, and the other is parked and shown', async () => {
    const { report } = await recovered(clash)
    expect(report.fatal).toBeNull()
    expect(report.containers).toMatchObject([
      {
        id: 'a',
        name: null,
        problems: expect.arrayContaining([expect.objectContaining({ code: 'name-conflict' })]),
      },
      { id: 'b', name: 'web', state: 'CONTAINER_RUNNING' },
    ])
  })
  it('is fatal to the reference, which then does nothing at all', async () => {
    const { report, done } = await recovered(clash, 'reference')
    expect(report.fatal).toEqual({
      stage: 'containers',
      message: 'the container name web is reserved for b, and a claims it too',
    })
    expect(done).toEqual([])
  })
  it('may be a sandbox’s too: older first', async () => {
    const sandboxes = {
      containers: [named(sandboxRecord('a'), 'pod'), named(sandboxRecord('b'), 'pod', CREATED_AT - 1n)],
    }
    expect((await recovered(sandboxes)).report.sandboxes).toMatchObject([
      { id: 'a', name: null },
      { id: 'b', name: 'pod' },
    ])
    expect((await recovered(sandboxes, 'reference')).report.fatal?.stage).toBe('sandboxes')
  })
})

const stored = (id: string, state: string | null, more: Partial<WorldSandbox> = {}): WorldSandbox => ({
  id,
  sandboxer: 'shim',
  createdAt: CREATED_AT,
  extensions: new Map([...sandboxRecord(id).extensions.values()].map((extension) => ['metadata', extension])),
  controller: state === null ? null : { state, pid: 9, address: 'unix:///a', version: 3 },
  ...more,
})

describe('a stored sandbox', () => {
  it.each([
    ['SANDBOX_READY', 'SANDBOX_READY', 'SANDBOX_READY', 9],
    ['SANDBOX_NOTREADY', 'SANDBOX_NOTREADY', 'SANDBOX_NOTREADY', 0],
    ['starting', 'SANDBOX_UNKNOWN', 'SANDBOX_UNKNOWN', 0],
    [null, 'SANDBOX_UNKNOWN', 'SANDBOX_NOTREADY', 0],
  ] as const)(
    'of which its controller says %s is %s to safe, %s to the reference',
    async (says, safe, reference, pid) => {
      const world = { sandboxStore: [stored('s', says)] }
      expect((await recovered(world)).report.sandboxes).toMatchObject([{ state: safe, pid, origin: 'store' }])
      expect((await recovered(world, 'reference')).report.sandboxes).toMatchObject([{ state: reference }])
    },
  )
  it('whose controller does not answer is in doubt to both', async () => {
    const world = {
      sandboxStore: [stored('s', 'SANDBOX_READY')],
      faults: [fault('sandboxes.status', 'hang')],
    }
    for (const profile of ['safe', 'reference'] as const)
      expect((await recovered(world, profile)).report.sandboxes).toMatchObject([{ state: 'SANDBOX_UNKNOWN' }])
  })
  it('without metadata is kept by safe, and forgotten by the reference', async () => {
    const world = { sandboxStore: [stored('s', 'SANDBOX_READY', { extensions: new Map() })] }
    const safe = await recovered(world)
    expect(safe.done).toEqual([])
    expect(safe.report.sandboxes).toMatchObject([
      { state: 'SANDBOX_UNKNOWN', problems: [{ code: 'record-kept' }, { code: 'state-unknown' }] },
    ])
    const reference = await recovered(world, 'reference')
    expect(reference.done).toEqual(['sandboxes.forget s'])
    expect(reference.report.sandboxes).toMatchObject([{ state: null }])
  })
  it('whose metadata cannot be read is fatal to the reference alone', async () => {
    const world = {
      sandboxStore: [stored('s', null, { extensions: new Map([['metadata', { typeUrl: '', value: '{' }]]) })],
    }
    expect((await recovered(world)).report.fatal).toBeNull()
    expect((await recovered(world, 'reference')).report.fatal?.stage).toBe('stored sandboxes')
  })
  it('is not waited for as a task: its controller is asked again by whoever stays', async () => {
    const { node, report } = await recovered({ sandboxStore: [stored('s', 'SANDBOX_READY')] })
    expect(node.log.some(({ call }) => call === 'tasks.watch')).toBe(false)
    expect(report.sandboxes).toMatchObject([{ actions: [{ kind: 'await-exit', outcome: 'done' }] }])
  })
  it('keeps its directories', async () => {
    const files = [entry('sandboxes/s', { kind: 'directory' }), entry('sandboxes/old', { kind: 'directory' })]
    const { report } = await recovered({ sandboxStore: [stored('s', 'SANDBOX_READY')], files })
    expect(report.orphans.map(({ path, action }) => [path.split('/').at(-1), action])).toEqual([
      ['old', 'remove'],
    ])
  })
  it('reserves its name in safe', async () => {
    const world = {
      containers: [named(sandboxRecord('a'), 'same')],
      tasks: [taskReply('a')],
      sandboxStore: [
        stored('s', 'SANDBOX_NOTREADY', {
          extensions: new Map([
            ['metadata', ...named(sandboxRecord('s'), 'same').extensions.values()],
          ] as never),
        }),
      ],
    }
    expect((await recovered(world)).report.sandboxes).toMatchObject([
      { name: 'same' },
      { id: 's', name: null },
    ])
    expect((await recovered(world, 'reference')).report.fatal).toBeNull()
  })
})

describe('a sandbox', () => {
  it.each([
    ['paused', 'SANDBOX_READY', 'SANDBOX_NOTREADY'],
    ['running', 'SANDBOX_READY', 'SANDBOX_READY'],
    ['stopped', 'SANDBOX_NOTREADY', 'SANDBOX_NOTREADY'],
    ['unknown', 'SANDBOX_UNKNOWN', 'SANDBOX_NOTREADY'],
  ] as const)('whose task is %s is %s to safe, %s to the reference', async (state, safe, reference) => {
    const world = { containers: [sandboxRecord('pod')], tasks: [taskReply('pod', { status: state })] }
    expect((await recovered(world)).report.sandboxes).toMatchObject([{ state: safe }])
    expect((await recovered(world, 'reference')).report.sandboxes).toMatchObject([{ state: reference }])
  })
  it('is not gone because the connection is', async () => {
    const world = {
      containers: [sandboxRecord('pod')],
      tasks: [taskReply('pod')],
      faults: [fault('tasks.watch', 'Unavailable')],
    }
    expect((await recovered(world)).report.sandboxes).toMatchObject([{ state: 'SANDBOX_UNKNOWN' }])
  })
})

describe('an orphan', () => {
  const known = ['a', 'b'].map((id) => entry(`sandboxes/${id}`, { kind: 'directory' }))
  const containers = ['a', 'b'].map(sandboxRecord)
  const old = (kind: FileKind = 'directory') => entry('sandboxes/old', { kind })
  it('goes', async () => {
    const { report, node } = await recovered({ containers, files: [...known, old()] })
    expect(report.orphans).toMatchObject([{ action: 'remove' }])
    expect(node.world().files.some(({ path }) => path.includes('old'))).toBe(false)
  })
  it.each([
    ['Denied', { faults: [fault('directories.remove', 'Denied')] }],
    ['a hang', { faults: [fault('directories.remove', 'hang')] }],
    ['a mount in it', { mounts: [{ in: 'root', path: 'sandboxes/old/rootfs' }] }],
  ] as const)('that cannot be removed for %s is kept, and it is said why', async (_why, more) => {
    const { report, node } = await recovered({ containers, files: [...known, old()], ...more })
    expect(report.orphans).toMatchObject([{ action: 'keep', reason: expect.stringContaining('remove') }])
    expect(node.world().files.some(({ path }) => path === 'sandboxes/old')).toBe(true)
  })
  it('that containerd has a record of is kept, though no listing has it', async () => {
    const left = sandboxRecord('old')
    const unlisted = { ...left, labels: new Map() }
    const { report, done } = await recovered({
      containers: [...containers, unlisted],
      files: [...known, old()],
    })
    expect(report.orphans).toMatchObject([
      { action: 'keep', reason: expect.stringContaining('has a record') },
    ])
    expect(done).toEqual([])
  })
  it.each(['Unavailable', 'hang'] as const)(
    'is kept where containerd answers %s when it is asked for',
    async (answer) => {
      const faults = [fault('containers.detail', answer)]
      const { report, done } = await recovered({ containers, files: [...known, old()], faults })
      expect(report.orphans).toMatchObject([
        { action: 'keep', reason: expect.stringContaining('record of old') },
      ])
      expect(done).toEqual([])
    },
  )
  it('that somebody else removed is removed', async () => {
    const world = { containers, files: [...known, old()], faults: [fault('directories.remove', 'NotFound')] }
    expect((await recovered(world)).report.orphans).toMatchObject([{ action: 'remove' }])
  })
  it('stays with the others where they are too many, but for force', async () => {
    const many = [
      old(),
      entry('sandboxes/older', { kind: 'directory' }),
      entry('sandboxes/oldest', { kind: 'directory' }),
    ]
    expect((await recovered({ containers, files: [...known, ...many] })).done).toEqual([])
    expect((await recovered({ containers, files: [...known, ...many] }, 'safe', true)).done).toHaveLength(3)
  })
  it('is looked for in vain where a base cannot be read: nothing is done at all', async () => {
    const faults = [fault('directories.list', 'Denied', { id: 'root/containers' })]
    const { report, done } = await recovered({ containers, files: [...known, old()], faults })
    expect(report.fatal?.stage).toBe('orphans')
    expect(done).toEqual([])
  })
})
