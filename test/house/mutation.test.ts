import { readFileSync } from 'node:fs'
import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'

const Survivors = t.array(
  t.type({ at: t.string, was: t.string, is: t.string, why: t.union([t.string, t.null]) }),
)
const survivors = () =>
  rightOf(Survivors.decode(JSON.parse(readFileSync('test/mutation/survivors.json', 'utf8'))))

/** Mutants and killed ones, as the page counts them. */
const countsOf = (name: string): readonly number[] => {
  const page = readFileSync('test/mutation/README.md', 'utf8')
  const row = page.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? expect.unreachable()
  return row.split('|').slice(2, 4).map(Number)
}

describe('the mutants of core', () => {
  it('are killed, nine of ten and more', () => {
    const [all = 0, killed = 0] = countsOf('all of core')
    expect(killed / all).toBeGreaterThanOrEqual(0.9)
  })
  it('that live have each been looked at, and it is said why', () => {
    expect(survivors().filter(({ why }) => why === null || why.trim() === '')).toEqual([])
  })
})
