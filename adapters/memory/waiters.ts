import { type Either, left } from 'fp-ts/lib/Either.js'
import { type Failure, failure } from '../../ports/failure.js'
import type { Exit, Watch } from '../../ports/tasks.js'
import type { CallName } from './calls.js'
import { partner } from './intercept.js'

type Waiter = (end: Either<Failure, Exit>) => void

/** Those who wait for an end, by whose it is. */
export interface Waiters {
  readonly add: (id: string) => Watch
  readonly settle: (id: string, end: Either<Failure, Exit>) => void
  readonly settleAll: (end: (id: string) => Either<Failure, Exit>) => void
}

/** A wait whose connection broke: neither an exit nor an absence (L11). */
export const brokenWait = (call: CallName, asked: string): Either<Failure, never> =>
  left(
    failure('Unavailable', asked, partner(call), 'the connection broke', {
      unreached: 'broken',
      mayHaveHappened: false,
    }),
  )

/** A wait for what has ended already. */
export const settledWait = (end: Either<Failure, Exit>): Watch => ({
  exited: Promise.resolve(end),
  close: () => undefined,
})

export const waitersOf = (): Waiters => {
  const waiters = new Map<string, Set<Waiter>>()
  const settle: Waiters['settle'] = (id, end) => {
    const waiting = waiters.get(id) ?? []
    waiters.delete(id)
    for (const waiter of waiting) waiter(end)
  }
  return {
    add: (id) => {
      const waiting = waiters.get(id) ?? new Set()
      waiters.set(id, waiting)
      let close = (): void => undefined
      const exited = new Promise<Either<Failure, Exit>>((resolve) => {
        waiting.add(resolve)
        close = () => waiting.delete(resolve)
      })
      return { exited, close: () => close() }
    },
    settle,
    settleAll: (end) => {
      for (const id of [...waiters.keys()]) settle(id, end(id))
    },
  }
}
