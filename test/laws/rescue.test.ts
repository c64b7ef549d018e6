import { beforeAll, describe, expect, it } from 'vitest'
import type { Evidence, Run } from '../../adapters/fast-check/laws/evidence.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, CLOCKS, entry, STORAGE } from '../../adapters/fast-check/worlds.js'
import {
  downWorldOf,
  isExcusedOfRescue,
  RESCUE_LAWS,
  rescueTwice,
  SHIMS,
  type ShimForm,
  STOPPED_SHIM,
} from './rescues.js'

const FORMS: readonly (readonly [string, ShimForm])[] = Object.entries(SHIMS)

interface Found {
  readonly checkpoint: string
  readonly around: string
  readonly evidence: Evidence
}

const worldsOf = (form: ShimForm) =>
  Object.entries(CHECKPOINTS).flatMap(([checkpoint, files]) => [
    ...Object.entries(CLOCKS).map(([around, now]) => ({
      checkpoint,
      around,
      world: downWorldOf(form, files, now),
    })),
    ...Object.entries(STORAGE).map(([around, faults]) => ({
      checkpoint,
      around,
      world: downWorldOf(form, files, NOW, faults),
    })),
  ])

describe.each(FORMS)('a rescue, its shim says: %s', (name, form) => {
  let found: readonly Found[] = []
  beforeAll(async () => {
    found = await Promise.all(
      worldsOf(form).map(async ({ world, ...named }) => ({ ...named, evidence: await rescueTwice(world) })),
    )
  })
  it.each(RESCUE_LAWS)('$id: $says', ({ id, breaches }) => {
    const all = found
      .filter(({ checkpoint, around }) => !isExcusedOfRescue(id, name, checkpoint, around))
      .flatMap(({ checkpoint, around, evidence }) =>
        breaches(evidence).map((breach) => `${checkpoint}, ${around}: ${breach}`),
      )
    expect(all).toEqual([])
  })
})

describe('a law of the rescue', () => {
  const evidence = rescueTwice(downWorldOf(STOPPED_SHIM, CHECKPOINTS.running, NOW))
  const breachesOf = async (id: string, change: (run: Run) => Partial<Run>): Promise<readonly string[]> => {
    const { first, second } = await evidence
    const law = RESCUE_LAWS.find((one) => one.id === id) ?? expect.unreachable(id)
    expect(law.breaches({ first, second })).toEqual([])
    return law.breaches({ first: { ...first, ...change(first) }, second })
  }
  it.each<[string, string, (run: Run) => Partial<Run>]>([
    ['L6 rescue', 'an exit that was told and is not written', ({ before }) => ({ after: before })],
    ['L7 rescue', 'a task that is not told of', ({ report }) => ({ report: { ...report, containers: [] } })],
    ['L11 rescue', 'a change that no shim told of', () => ({ log: [] })],
    ['L13 rescue', 'a task that is gone', ({ after }) => ({ after: { ...after, tasks: [] } })],
    [
      'L13 rescue',
      'a file that came',
      ({ after }) => ({ after: { ...after, files: [...after.files, entry('containers/other/status')] } }),
    ],
    [
      'L13 rescue',
      'a kill',
      () => ({ log: [{ n: 1, call: 'tasks.kill', id: 'web', mutating: true, at: NOW, outcome: 'done' }] }),
    ],
  ])('%s sees %s', async (id, _breach, change) => {
    expect(await breachesOf(id, change)).not.toEqual([])
  })
})
