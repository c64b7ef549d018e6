import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, conflictsOf } from '../../core/names.js'
import { RUNS } from '../support/runs.js'

const claim = (id: string, more: Partial<Claim> = {}): Claim => ({
  id,
  name: 'web',
  live: false,
  createdAt: 5n,
  ...more,
})

describe('a name that two claim', () => {
  const winner = (...claims: readonly Claim[]) => conflictsOf(claims).map((conflict) => conflict.winner)
  it('goes to the live one, though it is younger', () => {
    expect(winner(claim('a', { createdAt: 1n }), claim('b', { live: true }))).toEqual(['b'])
  })
  it('goes to the older one of two that are as live', () => {
    expect(winner(claim('a'), claim('b', { createdAt: 4n }))).toEqual(['b'])
    expect(winner(claim('a', { live: true }), claim('b', { live: true, createdAt: -1n }))).toEqual(['b'])
  })
  it('goes to the smaller id where nothing else tells them apart', () => {
    expect(conflictsOf([claim('b'), claim('a'), claim('B')])).toEqual([
      { name: 'web', winner: 'B', loser: 'a' },
      { name: 'web', winner: 'B', loser: 'b' },
    ])
  })
  it('is no conflict where one id claims it twice', () => {
    expect(conflictsOf([claim('a'), claim('a', { live: true })])).toEqual([])
  })
})

describe('names', () => {
  it('that differ are no conflict, however alike', () => {
    expect(conflictsOf([claim('a'), claim('b', { name: 'Web' }), claim('c', { name: '__proto__' })])).toEqual(
      [],
    )
  })
  const claims = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      name: fc.constantFrom('x', 'y'),
      live: fc.boolean(),
      createdAt: fc.bigInt({ min: -2n, max: 2n }),
    }),
    { maxLength: 8 },
  )
  const shuffled = claims.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
  )
  it('fall to the same ids in whatever order they are claimed', () => {
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(new Set(conflictsOf(other))).toEqual(new Set(conflictsOf(all)))
      }),
      { numRuns: RUNS },
    )
  })
  it('have one holder each once the losers are taken away', () => {
    fc.assert(
      fc.property(claims, (all) => {
        const lost = conflictsOf(all).map(({ name, loser }) => `${name} ${loser}`)
        const kept = all.filter(({ name, id }) => !lost.includes(`${name} ${id}`))
        expect(conflictsOf(kept)).toEqual([])
        expect(new Set(kept.map(({ name }) => name))).toEqual(new Set(all.map(({ name }) => name)))
      }),
      { numRuns: RUNS },
    )
  })
})
