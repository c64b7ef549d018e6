import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyNode } from '../../adapters/fast-check/arbitraries/nodes.js'
import { type Evidence, recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { lawful } from '../../adapters/fast-check/laws/lawful.js'
import type { World } from '../../adapters/memory/index.js'
import { RUNS } from '../support/runs.js'

const shuffled = <A>(all: readonly A[], seed: number): readonly A[] =>
  all
    .map((one, at) => [((at + 1) * (seed + 7919)) % 104_729, one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)

const answersOf = ({ first, second }: Evidence): unknown =>
  [first, second].map(({ report, after }) => ({
    report,
    files: [...after.files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1)),
  }))

const reordered = (world: World, seed: number): World => ({
  ...world,
  containers: shuffled(world.containers, seed),
  tasks: shuffled(world.tasks, seed),
  files: shuffled(world.files, seed),
  sandboxStore: world.sandboxStore === null ? null : shuffled(world.sandboxStore, seed),
})

describe('on any node', { timeout: 30_000 + RUNS * 60 }, () => {
  it('every law holds', () => fc.assert(lawful(), { numRuns: RUNS / 2, timeout: 5_000 }))
  it('every law but the fixpoint holds, though calls fail', () =>
    fc.assert(lawful({}, anyNode(true)), { numRuns: RUNS / 2, timeout: 5_000 }))
  it('the order in which it lists itself, and how many are worked on at once, change nothing (L2)', () =>
    fc.assert(
      fc.asyncProperty(
        anyNode(false),
        fc.nat(),
        fc.constantFrom(1, 3, 64),
        async (world, seed, concurrency) => {
          const plain = answersOf(await recoverTwice(world))
          expect(answersOf(await recoverTwice(reordered(world, seed), { concurrency }))).toEqual(plain)
        },
      ),
      { numRuns: RUNS / 5 },
    ))
})
