import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXCUSES } from './excused.js'
import { type Explored, explore } from './explore.js'
import { shown } from './shown.js'
import { SOMETIMES } from './sometimes.js'
import { areAlike, isSteady } from './ways.js'
import { NODES, type SmallNode } from './worlds.js'

/** Small nodes, and all that can happen to them: every law holds in every state. */

const explored = new Map<SmallNode, Explored>()
const all = (): readonly Explored[] => [...explored.values()]
const sum = (of: (one: Explored) => number): number => all().reduce((total, one) => total + of(one), 0)

describe.each(NODES)('$name', { timeout: 600_000 }, (node) => {
  let found: Explored
  beforeAll(async () => {
    found = await explore(node)
    explored.set(node, found)
  }, 600_000)

  it('keeps every law in every state', () => {
    const breaches = found.breaches.filter((each) => !EXCUSES.some((excuse) => excuse.fits(node, each)))
    expect(breaches.map((breach) => shown(node, breach))).toEqual([])
  })
  it('has no dead end: from everywhere a recovery can come to its end', () => {
    expect(found.deadEnds.map(({ running }) => running?.waiting)).toEqual([])
  })
  it(`has ${node.states} states`, () => {
    expect(found.states).toBe(node.states)
  })
  it('goes on alike from where two ways met', async () => {
    expect(found.secondWays.length).toBeGreaterThan(0)
    for (const [one, other] of found.secondWays) {
      expect(await areAlike(one, other, node.bounds), one.running?.answers.join()).toBe(true)
      expect(await isSteady(one, node.bounds)).toBe(true)
    }
  })
})

describe('the space', () => {
  it('has more than a hundred thousand states', () => {
    expect(NODES.reduce((total, { states }) => total + states, 0)).toBeGreaterThan(100_000)
  })
  it.each(SOMETIMES)('is met where $what', ({ what }) => {
    expect(all().some(({ met }) => met.has(what))).toBe(true)
  })
  it.each(EXCUSES)('needs an excuse, for $why ($law)', ({ fits }) => {
    expect([...explored].some(([node, { breaches }]) => breaches.some((each) => fits(node, each)))).toBe(true)
  })
  afterAll(() => {
    process.stdout.write(
      `${sum(({ states }) => states)} states, ${sum(({ places }) => places)} of them told apart without their crashes, ${sum(({ steps }) => steps)} steps, ${sum(({ ends }) => ends)} ends\n`,
    )
  })
})
