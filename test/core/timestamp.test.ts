import { describe, expect, it } from 'vitest'
import { nanoseconds } from '../../core/timestamp.js'

const LARGEST = 2n ** 63n - 1n

describe('a timestamp', () => {
  it('is nanoseconds since 1970, before it and after it', () => {
    expect(nanoseconds({ seconds: 1_700_000_000n, nanos: 5 })).toBe(1_700_000_000_000_000_005n)
    expect(nanoseconds({ seconds: -1n, nanos: 999_999_999 })).toBe(-1n)
    expect(nanoseconds({ seconds: 0n, nanos: 0 })).toBe(0n)
  })

  it("is no time where there is none, or Go's zero time", () => {
    expect(nanoseconds(undefined)).toBeNull()
    expect(nanoseconds({ seconds: -62_135_596_800n, nanos: 0 })).toBeNull()
  })

  it('is no time where an int64 does not hold it', () => {
    const at = (ns: bigint) =>
      nanoseconds({ seconds: ns / 1_000_000_000n, nanos: Number(ns % 1_000_000_000n) })
    expect(at(LARGEST)).toBe(LARGEST)
    expect(at(-LARGEST)).toBe(-LARGEST)
    expect(at(LARGEST + 1n)).toBeNull()
    expect(at(-LARGEST - 2n)).toBeNull()
    expect(nanoseconds({ seconds: LARGEST, nanos: 2 ** 31 - 1 })).toBeNull()
  })
})
