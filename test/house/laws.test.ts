import { describe, expect, it } from 'vitest'
import { PROOFS } from './laws.js'
import { missingOf } from './titles.js'

describe('the laws', () => {
  it('are all asked, from L1 to L17', () => {
    expect(PROOFS.map(({ law }) => law)).toEqual(Array.from({ length: 17 }, (_, at) => `L${at + 1}`))
  })
  it.each(PROOFS)('$law, $says: asked, and seen to notice', ({ asked, broken }) => {
    expect(missingOf([...asked, ...broken])).toEqual([])
    expect(Math.min(asked.length, broken.length)).toBeGreaterThan(0)
  })
})
