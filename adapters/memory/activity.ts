/**
 * How many turns of the microtask queue without a call count as "nobody can go on". Only chains of pure steps lie
 * between two calls; one longer than this merely sees a hung neighbour's deadline pass earlier.
 */
const PATIENCE = 1000

/** Who goes on at this moment: calls that are under way, and what is noted between them. */
export interface Activity {
  /** Somebody goes on. */
  readonly note: () => void
  /** A call was begun or answered: `by` is +1 or -1. */
  readonly move: (by: 1 | -1) => void
  readonly isMoving: () => boolean
  /** Waits until nobody has gone on for a while; false: a call was begun that is not answered yet. */
  readonly quiet: () => Promise<boolean>
  /** Waits until every call is answered. */
  readonly answered: () => Promise<void>
  /** Nobody is waited for any more. */
  readonly stop: () => void
}

export const activity = (): Activity => {
  let moving = 0
  let moves = 0
  let stopped = false
  const awaiting = new Set<() => void>()

  const wakeAwaiting = (): void => {
    for (const resolve of awaiting) resolve()
    awaiting.clear()
  }
  return {
    note: () => {
      moves += 1
    },
    move: (by) => {
      if (stopped) return
      moving += by
      moves += 1
      if (moving === 0) wakeAwaiting()
    },
    isMoving: () => moving > 0,
    quiet: async () => {
      let seen = moves
      for (let turns = 0; turns < PATIENCE; turns += 1) {
        await null
        if (moving > 0) return false
        if (moves !== seen) turns = 0
        seen = moves
      }
      return true
    },
    answered: () =>
      new Promise((resolve) => {
        if (moving === 0) resolve()
        else awaiting.add(resolve)
      }),
    stop: () => {
      stopped = true
      moving = 0
      wakeAwaiting()
    },
  }
}
