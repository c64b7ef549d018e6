import { expect } from 'vitest'
import type { Report } from '../../core/report.js'

export const MINUTE = 60_000_000_000n
/** The last moment of containerd's times, in 2262. */
export const LAST = 2n ** 63n - 1n

/** No container ends before it starts, or starts before it is made, or at a time that containerd cannot read (L16). */
export const expectSane = (report: Report): void => {
  for (const { id, createdAt, startedAt, finishedAt } of report.containers) {
    const times = [createdAt, startedAt, finishedAt].filter((at) => at !== 0n)
    expect(times, id).toEqual(times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
    for (const at of times) expect(at, id).toBeLessThanOrEqual(LAST)
  }
}
