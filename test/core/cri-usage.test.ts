import { describe, expect, it } from 'vitest'
import { availableBytes, nanoCores } from '../../core/cri-usage.js'

const SECOND = 1_000_000_000n

describe('the CPU of a cgroup', () => {
  it.each([
    ['half of one', { at: 0n, used: 0n }, { at: 2n * SECOND, used: SECOND }, 500_000_000n],
    ['two of them', { at: 5n, used: 7n }, { at: 5n + SECOND, used: 7n + 2n * SECOND }, 2n * SECOND],
    ['a third, rounded down', { at: 0n, used: 0n }, { at: 3n, used: 1n }, 333_333_333n],
    ['nothing where it was idle', { at: 0n, used: 9n }, { at: 1n, used: 9n }, 0n],
    ['nothing where no time has passed', { at: 1n, used: 0n }, { at: 1n, used: 9n }, 0n],
    ['nothing where the clock went back', { at: 2n, used: 0n }, { at: 1n, used: 9n }, 0n],
    ['nothing where the count began anew', { at: 1n, used: 9n }, { at: 2n, used: 8n }, 0n],
  ])('is %s', (_what, before, now, expected) => expect(nanoCores(before, now)).toBe(expected))
  it('is nothing where it is looked at for the first time', () => {
    expect(nanoCores(null, { at: SECOND, used: SECOND })).toBe(0n)
  })
})

describe('the memory that is left', () => {
  it.each([
    [null, 5n, 0n],
    [null, 0n, 0n],
    [7n, 5n, 2n],
    [5n, 5n, 0n],
    [4n, 5n, 0n],
    [0n, 0n, 0n],
  ])('of a limit of %s with %s in use is %s', (limit, used, left) =>
    expect(availableBytes(limit, used)).toBe(left),
  )
})
