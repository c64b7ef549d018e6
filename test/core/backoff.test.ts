import { describe, expect, it } from 'vitest'
import { pauseAfter } from '../../core/backoff.js'

describe('the pause before another try', () => {
  it.each([
    [1, 1_000],
    [2, 2_000],
    [3, 4_000],
    [8, 128_000],
    [9, 256_000],
    [10, 300_000],
    [11, 300_000],
    [1_000_000, 300_000],
    [Number.MAX_SAFE_INTEGER, 300_000],
  ])('after %i failures in a row is %i ms', (failed, ms) => expect(pauseAfter(failed)).toBe(ms))
})
