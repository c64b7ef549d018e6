import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, fault, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import { simulate, type World } from '../../adapters/memory/index.js'
import type { ContainerRow } from '../../core/report.js'
import type { Profile } from '../../core/transitions.js'
import { recover } from '../../ports/recover.js'

const recovered = async (world: World, profile: Profile = 'safe') => {
  const node = simulate(world)
  const report = rightOf(await recover(options({ profile }))(node.ports)())
  const [row] = report.containers
  if (row === undefined) return expect.unreachable('no row')
  const calls = node.log.filter(({ id, mutating }) => id === 'web' && mutating).map(({ call }) => call)
  return { node, row, calls: calls.filter((call) => call !== 'checkpoints.sweep') }
}
const on = (task: TaskForm, checkpoint: keyof typeof CHECKPOINTS, ...faults: World['faults']) =>
  recovered(worldOf(task, CHECKPOINTS[checkpoint], NOW, faults))
const codes = (row: ContainerRow): readonly string[] => row.problems.map(({ code }) => code)

describe('an exit that only the task knows', () => {
  it('is written down before the task is deleted', async () => {
    const { calls, row } = await on(TASKS.stopped, 'running')
    expect(calls).toEqual(['checkpoints.write', 'tasks.kill', 'tasks.delete'])
    expect(row.actions).toMatchObject([
      { kind: 'write-checkpoint', outcome: 'done' },
      { kind: 'delete-task', outcome: 'done' },
    ])
  })
  it.each([
    fault('checkpoints.write', 'Exhausted', { said: 'no space left' }),
    fault('checkpoints.write', 'hang'),
  ])('keeps its task where it cannot be written (%#)', async (full) => {
    const { calls, row, node } = await on(TASKS.stopped, 'running', full)
    expect(calls).toEqual(['checkpoints.write'])
    expect(node.world().tasks.map(({ id }) => id)).toContain('web')
    expect(row).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
    expect(codes(row)).toEqual(expect.arrayContaining(['checkpoint-not-durable', 'task-kept']))
  })
  it('is not written over what could not be set aside', async () => {
    const aside = fault('checkpoints.setAside', 'Exhausted')
    const { calls, row, node } = await on(TASKS.stopped, 'garbage', aside)
    expect(calls).toEqual(['checkpoints.setAside'])
    expect(textAt(node.world(), 'web')).toBe(textAt(worldOf(TASKS.missing, CHECKPOINTS.garbage, NOW), 'web'))
    expect(codes(row)).toContain('task-kept')
  })
  it('says that the tail of its log is gone with the pipes', async () => {
    const stdout = '/elsewhere/web-stdout'
    const { row } = await on({ task: { ...TASKS.stopped.task, stdout }, faults: [] }, 'running')
    expect(codes(row)).toContain('log-tail')
  })
})

describe('what is written after the effect', () => {
  it('is not written where nothing changed', async () => {
    const { calls } = await on(TASKS.running, 'running')
    expect(calls).toEqual([])
  })
  it('does not undo the effect where it cannot be written', async () => {
    const { row } = await on(TASKS.running, 'created', fault('checkpoints.write', 'Denied'))
    expect(row).toMatchObject({ state: 'CONTAINER_RUNNING', startedAt: NOW })
    expect(codes(row)).toContain('checkpoint-not-durable')
  })
  it('has its directory made first, and names what was set aside', async () => {
    const made = await on(TASKS.running, 'no directory')
    expect(made.calls).toEqual(['checkpoints.makeDirectory', 'checkpoints.write'])
    const kept = await on(TASKS.running, 'garbage')
    const [aside] = kept.row.actions.filter(({ kind }) => kind === 'set-aside-checkpoint')
    expect(aside?.detail).toBe(`status.unreadable-${NOW}`)
    expect(kept.node.world().files.some(({ path }) => path.endsWith(aside?.detail ?? '-'))).toBe(true)
  })
  it('is not written where the directory cannot be made', async () => {
    const { calls, row } = await on(
      TASKS.running,
      'no directory',
      fault('checkpoints.makeDirectory', 'Denied'),
    )
    expect(calls).toEqual(['checkpoints.makeDirectory'])
    expect(row.state).toBe('CONTAINER_RUNNING')
  })
})

describe('killing what is left of a task', () => {
  it('takes no broken wait for an exit', async () => {
    const { row, calls } = await on(TASKS['created, wait broken'], 'created')
    expect(calls).toEqual(['tasks.kill'])
    expect(row.state).toBe('CONTAINER_UNKNOWN')
  })
  it('does not wait for a process that there never was', async () => {
    const { node, calls } = await on(TASKS['created, no process'], 'created')
    expect(calls).toEqual(['tasks.delete'])
    expect(node.log.some(({ call, id }) => call === 'tasks.watch' && id === 'web')).toBe(false)
  })
  it('takes one that is gone for deleted', async () => {
    for (const form of [TASKS['stopped, deleted by others'], TASKS.stopped])
      expect((await on(form, 'running')).row).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
  })
  it('does not delete what could not be killed', async () => {
    const { calls, row } = await on(TASKS['created, not killed'], 'created')
    expect(calls).toEqual(['tasks.kill'])
    expect(row.problems).toMatchObject([
      { code: 'state-unknown', message: expect.stringContaining('refused') },
    ])
  })
})

describe('fresh IO', () => {
  const created = worldOf(TASKS.missing, CHECKPOINTS.created, NOW)
  it('is made for a container that was created and not started', async () => {
    const { calls, row } = await recovered(created)
    expect(calls).toEqual(['io.create'])
    expect(row.state).toBe('CONTAINER_CREATED')
  })
  it('that cannot be made leaves it in doubt', async () => {
    const { row } = await on(TASKS['missing, no IO'], 'created')
    expect(row).toMatchObject({
      state: 'CONTAINER_UNKNOWN',
      actions: [{ kind: 'create-io', outcome: 'failed' }],
    })
  })
  it('is not tried where its sandbox was not recovered', async () => {
    const { calls, row } = await recovered({
      ...created,
      containers: created.containers.filter(({ id }) => id !== 'pod'),
    })
    expect(calls).toEqual([])
    expect(row.state).toBe('CONTAINER_UNKNOWN')
  })
})

describe('a container without metadata', () => {
  const unreadable: World = {
    ...worldOf(TASKS.stopped, CHECKPOINTS.running, NOW),
    containers: worldOf(TASKS.stopped, [], NOW).containers.map((record) =>
      record.id === 'web' ? { ...record, extensions: new Map() } : record,
    ),
  }
  it('is shown in doubt by safe, with nothing done to it', async () => {
    const { calls, row } = await recovered(unreadable)
    expect(calls).toEqual([])
    expect(row).toMatchObject({ state: 'CONTAINER_UNKNOWN', rule: null, name: null })
    expect(codes(row)).toContain('metadata-unreadable')
  })
  it('is not shown by the reference, and keeps its directories', async () => {
    const { row, node } = await recovered(unreadable, 'reference')
    expect(row.state).toBeNull()
    expect(codes(row)).toContain('not-listed')
    expect(textAt(node.world(), 'web')).not.toBeNull()
  })
})
