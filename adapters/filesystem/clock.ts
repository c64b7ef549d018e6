import type { Clock } from '../../ports/time.js'

const MILLISECOND = 1_000_000n

/** What a clock is made of. */
export interface Sources {
  /** ms since 1970, rounded down */
  readonly wall: () => number
  /** ns since anything, never going back */
  readonly steady: () => bigint
}

/**
 * A clock of nanoseconds out of the system's clock of milliseconds and a steady counter. Each look at both tells
 * between which bounds the distance of the two must lie; the clock keeps the best distance known. It goes forward
 * only, except where somebody set the system's clock back: then it tells the new time, too.
 */
export const clockFrom = ({ wall, steady }: Sources): Clock => {
  let distance: bigint | undefined
  const now = (): bigint => {
    const before = steady()
    const coarse = BigInt(wall()) * MILLISECOND
    const after = steady()
    const least = coarse - after
    const most = coarse + MILLISECOND - before
    if (distance === undefined || distance < least || distance > most) distance = least
    return after + distance
  }
  // Right after the coarse clock ticks, the lower bound is exact.
  const first = wall()
  for (let tries = 0; tries < 100_000 && wall() === first; tries++);
  now()
  return { now }
}

/** The system's clock. */
export const clock = (): Clock => clockFrom({ wall: Date.now, steady: process.hrtime.bigint })
