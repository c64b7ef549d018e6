import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { rfc3339 } from '../../core/time.js'
import { RUNS } from '../support/runs.js'

/** Milliseconds that an int64 of nanoseconds can hold. */
const MAX_MS = 9_223_372_036_854

describe('a time', () => {
  it.each([
    [0n, '1970-01-01T00:00:00Z'],
    [1_500_000_000n, '1970-01-01T00:00:01.5Z'],
    [1_795_445_431_431_213_697n, '2026-11-23T14:50:31.431213697Z'],
    [951_782_400_000_000_000n, '2000-02-29T00:00:00Z'],
    [-1_000_000_000n, '1969-12-31T23:59:59Z'],
    [-86_400_000_000_000n, '1969-12-31T00:00:00Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
    [-6_795_364_578_871_345_152n, '1754-08-30T22:43:41.128654848Z'],
    [2n ** 63n - 1n, '2262-04-11T23:47:16.854775807Z'],
    [-(2n ** 63n), '1677-09-21T00:12:43.145224192Z'],
  ])('%s is written %s', (ns, expected) => expect(rfc3339(ns)).toBe(expected))
  it.each(
    [1700, 1800, 1900, 2000, 2100, 2200].flatMap((year) =>
      ['02-27', '02-28', '03-01', '03-02', '12-31'].map((day) => `${year}-${day}T00:00:00Z`),
    ),
  )('falls on the right day about the ends of February and of centuries: %s', (day) => {
    expect(rfc3339(BigInt(Date.parse(day)) * 1_000_000n)).toBe(day)
  })
  it('is written as the calendar of JavaScript has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -MAX_MS, max: MAX_MS }), (ms) => {
        const expected = new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z')
        expect(rfc3339(BigInt(ms) * 1_000_000n)).toBe(expected)
      }),
      { numRuns: RUNS * 2 },
    )
  })
  it('loses no nanosecond', () => {
    fc.assert(
      fc.property(arbitrary.int64, (ns) => {
        const [seconds, fraction = ''] = rfc3339(ns).slice(0, -1).split('.')
        expect(fraction).not.toMatch(/0$/)
        const whole = BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n
        expect(whole + BigInt(fraction.padEnd(9, '0'))).toBe(ns)
      }),
      { numRuns: RUNS },
    )
  })
})
