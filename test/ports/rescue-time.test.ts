import { describe, expect, it } from 'vitest'
import { leftOf } from '../../adapters/fast-check/either.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { fault } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import { rescue } from '../../ports/rescue.js'
import { codesOf, downWith, exitsOf, rescued, rescueOn, rescueOptions, SECOND, STATUS } from './rescues.js'

const IDS = ['a', 'b', 'c', 'd', 'e']
const ended = (ids: readonly string[]) => ids.map((id) => [id, 'CONTAINER_EXITED', 7])

describe('one item that hangs costs itself only', () => {
  it.each([
    ['shims.state', 'shim-silent'],
    ['checkpoints.read', 'checkpoint-not-durable'],
    ['checkpoints.sweep', 'rescued'],
    ['checkpoints.write', 'checkpoint-not-durable'],
  ] as const)('in %s', async (call, code) => {
    const { report, took } = await rescueOn(downWith(IDS, { faults: [fault(call, 'hang', { id: 'b' })] }))
    expect(exitsOf(report).filter(([id]) => id !== 'b')).toEqual(ended(['a', 'c', 'd', 'e']))
    expect(codesOf(report, 'b')).toEqual([code])
    expect(took).toBe(2n * SECOND)
  })
  it('in counting kills for want of memory, and is rescued all the same', async () => {
    const world = downWith(['a'])
    const tasks = world.tasks.map((task) => ({ ...task, exitStatus: 137 }))
    const { report, took } = await rescueOn({ ...world, tasks, faults: [fault('shims.oomKills', 'hang')] })
    expect(exitsOf(report)).toEqual([['a', 'CONTAINER_EXITED', 137]])
    expect(took).toBe(2n * SECOND)
  })
  it('or listing the bundles, which ends it in one deadline', async () => {
    const node = simulate(downWith(IDS, { faults: [fault('shims.bundles', 'hang')] }))
    expect(leftOf(await rescue(rescueOptions())(node.rescuePorts)())).toMatchObject({ tag: 'TimedOut' })
  })
})

it.each(['Exhausted', 'Denied'] as const)(
  'a checkpoint that cannot be written (%s) is told as a loss',
  async (answer) => {
    const { report, node } = await rescueOn(
      downWith(IDS, { faults: [fault('checkpoints.write', answer, { id: 'c' })] }),
    )
    expect(exitsOf(report).filter(([id]) => id !== 'c')).toEqual(ended(['a', 'b', 'd', 'e']))
    expect(report.containers.find(({ id }) => id === 'c')?.problems).toMatchObject([
      { code: 'checkpoint-not-durable', severity: 'loss' },
    ])
    expect(textAt(node.world(), 'c')).toBe(STATUS)
  },
)

describe('500 shims', () => {
  const MANY = Array.from({ length: 500 }, (_, n) => `c${String(n).padStart(3, '0')}`)
  const BAD = MANY.filter((_, n) => n % 10 === 3)
  const faults = BAD.map((id, n) =>
    n % 2 === 0
      ? fault('shims.state', 'hang', { id })
      : fault('shims.state', 'Unavailable', { id, unreached: 'refused' }),
  )

  it.each([512, 32])(
    'of which 50 are dead or hang take no more than the budget, %i at once',
    async (concurrency) => {
      const { report, took } = await rescueOn(downWith(MANY, { faults }), { concurrency })
      expect(BAD).toHaveLength(50)
      expect(exitsOf(report).filter(([, state]) => state === 'CONTAINER_EXITED')).toHaveLength(450)
      for (const id of BAD) expect(codesOf(report, id)).toEqual(['shim-silent'])
      expect(took).toBeGreaterThanOrEqual(2n * SECOND)
      expect(took).toBeLessThanOrEqual(10n * SECOND)
      if (concurrency === 512) expect(took).toBe(2n * SECOND)
    },
  )
})

describe('when the time for all is up', () => {
  it('what was not reached is told, and not written any more', async () => {
    const faults = [fault('shims.state', 'hang', { times: 3 })]
    const { node, report, took } = await rescueOn(downWith(IDS, { faults }), {
      concurrency: 1,
      budgetMs: 5_000,
    })
    expect(took).toBe(5n * SECOND)
    for (const id of IDS) expect(codesOf(report, id)).toEqual(['shim-silent'])
    for (let turn = 0; turn < 5_000; turn += 1) await null
    node.advance(60n * SECOND)
    for (let turn = 0; turn < 5_000; turn += 1) await null
    expect(node.log.filter(({ call }) => call === 'checkpoints.write')).toEqual([])
    for (const id of IDS) expect(textAt(node.world(), id)).toBe(STATUS)
  })
  it('an exit that was learnt and not written any more is told as a loss', async () => {
    const faults = [fault('checkpoints.write', 'hang', { id: 'b' })]
    const { report, took } = await rescueOn(downWith(IDS, { faults }), { budgetMs: 1_000 })
    expect(took).toBe(1n * SECOND)
    expect(report.containers.find(({ id }) => id === 'b')).toMatchObject({
      task: 'STOPPED',
      state: 'CONTAINER_RUNNING',
      problems: [{ code: 'checkpoint-not-durable', severity: 'loss' }],
    })
  })
  it.each([
    ['checkpoints.read', 'shim-silent'],
    ['checkpoints.setAside', 'checkpoint-not-durable'],
  ] as const)('nothing follows a %s that was under way', async (last, code) => {
    const world = downWith(['a'])
    const files = world.files.map((file) => (file.path.endsWith('status') ? { ...file, text: '{' } : file))
    let late: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      late = resolve
    })
    const node = simulate(
      { ...world, files },
      {
        gate: async ({ call }, moment) => {
          if (call !== last || moment !== 'after') return
          node.advance(SECOND)
          await held
        },
      },
    )
    const report = await rescued(node, { budgetMs: 1_000 })
    late()
    for (let turn = 0; turn < 5_000; turn += 1) await null
    expect(codesOf(report, 'a')).toEqual([code])
    expect(node.log.at(-1)?.call).toBe(last)
  })
})
