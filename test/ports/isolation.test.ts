import { right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { calm } from '../../adapters/fast-check/contract/files.js'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, fileOf, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry, fault } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, simulate, type World } from '../../adapters/memory/index.js'
import { each } from '../../ports/each.js'
import type { Ports } from '../../ports/ports.js'
import { plan, recover } from '../../ports/recover.js'

const SECOND = 1_000_000_000n
const RUNNING = fileOf('RUNNING')
const STATUS = RUNNING.kind === 'text' ? RUNNING.text : ''

/** Containers that ended unseen, each in the one pod. */
const worldOf = (ids: readonly string[]): World => ({
  ...emptyWorld(NOW),
  containers: [sandboxRecord('pod'), ...ids.map((id) => containerRecord(id, 'pod'))],
  tasks: [
    taskReply('pod'),
    ...ids.map((id) => taskReply(id, { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT })),
  ],
  files: ids.map((id) => entry(`containers/${id}/status`, { text: STATUS })),
})
const IDS = ['a', 'b', 'c', 'd', 'e']
const HANGS = [
  'tasks.get',
  'checkpoints.read',
  'checkpoints.sweep',
  'checkpoints.write',
  'tasks.watch',
  'tasks.kill',
  'tasks.delete',
] as const

describe('one item that hangs', () => {
  it.each(HANGS)('in %s costs itself only', async (call) => {
    const node = simulate({ ...worldOf(IDS), faults: [fault(call, 'hang', { id: 'b' })] })
    const report = rightOf(await recover(options())(node.ports)())
    const others = report.containers.filter(({ id }) => id !== 'b')
    expect(others.map(({ id, state, exitCode }) => [id, state, exitCode])).toEqual(
      ['a', 'c', 'd', 'e'].map((id) => [id, 'CONTAINER_EXITED', 7]),
    )
    expect(report.containers).toHaveLength(5)
    // One deadline to look, one to sweep, one to act, one to write: no item takes more.
    expect(node.ports.clock.now() - NOW).toBeLessThanOrEqual(40n * SECOND)
    expect(node.ports.clock.now() - NOW).toBeGreaterThanOrEqual(
      call === 'checkpoints.sweep' ? 0n : 10n * SECOND,
    )
  })
  it('costs everybody where nobody keeps deadlines', async () => {
    const node = simulate({ ...worldOf(IDS), faults: [fault('tasks.get', 'hang', { id: 'b' })] })
    const timers: Ports['timers'] = { ...node.ports.timers, within: (_ms, _asked, ask) => ask(calm) }
    let ended = false
    void recover(options())({ ...node.ports, timers })().then(() => {
      ended = true
    })
    await node.pass(3_600n * SECOND)
    expect(ended).toBe(false)
  })
  it('in a sandbox costs that sandbox only', async () => {
    const node = simulate({ ...worldOf(IDS), faults: [fault('tasks.watch', 'hang', { id: 'pod' })] })
    const report = rightOf(await recover(options())(node.ports)())
    expect(report.sandboxes).toMatchObject([{ state: 'SANDBOX_UNKNOWN' }])
    expect(new Set(report.containers.map(({ state }) => state))).toEqual(new Set(['CONTAINER_EXITED']))
  })
  it.each([
    [1, 5n],
    [2, 3n],
    [5, 1n],
    [64, 1n],
  ])('with %i at once, five of them take %i deadlines', async (concurrency, deadlines) => {
    const node = simulate({ ...worldOf(IDS), faults: IDS.map((id) => fault('tasks.get', 'hang', { id })) })
    await plan(options({ concurrency }))(node.ports)()
    expect(node.ports.clock.now() - NOW).toBe(deadlines * 10n * SECOND)
  })
})

describe('how many are worked on at once', () => {
  it.each([1, 2, 4])('is never more than %i', async (concurrency) => {
    let now = 0
    let most = 0
    const about = (id: string | null): boolean => id !== null && IDS.includes(id)
    const node = simulate(worldOf(IDS), {
      gate: async ({ call, id }, moment) => {
        if (call !== 'tasks.delete' || !about(id)) return
        now += moment === 'before' ? 1 : -1
        most = Math.max(most, now)
        for (let turn = 0; turn < 50; turn += 1) await null
      },
    })
    rightOf(await recover(options({ concurrency }))(node.ports)())
    expect(most).toBe(Math.min(concurrency, IDS.length))
    expect(now).toBe(0)
  })
})

describe('each', () => {
  it('answers in the order of the items, whichever is done first', async () => {
    const turns = [5, 1, 3, 0]
    const done: number[] = []
    const results = await each(2, turns, async (count) => {
      for (let turn = 0; turn < count; turn += 1) await null
      done.push(count)
      return count * 10
    })
    expect(results).toEqual([50, 10, 30, 0])
    expect(done).not.toEqual(turns)
  })
  it.each([0, -1, 1, 100])('does all of them, and no item twice, with a limit of %i', async (limit) => {
    const seen: string[] = []
    await each(limit, IDS, async (id) => seen.push(id))
    expect(seen.sort()).toEqual(IDS)
  })
  it('has nothing to do with none', async () => {
    expect(await each(3, [], async () => right(1))).toEqual([])
  })
  it('passes on what is thrown, for that is a bug', async () => {
    await expect(each(2, [1], () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
  })
})
