/** What fails is tried again after 1 s at first, twice as long each time, at most 5 min (reference: backOff). */
const FIRST_MS = 1_000
const LONGEST_MS = 300_000

/**
 * The pause before another try, in ms.
 *
 * @param failed - how often it has failed in a row, from 1
 */
export const pauseAfter = (failed: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failed - 1, 16))
