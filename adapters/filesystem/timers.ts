import * as E from 'fp-ts/lib/Either.js'
import { failure } from '../../ports/failure.js'
import type { Timers } from '../../ports/time.js'

/** What `setTimeout` can count; it takes anything above for 1 ms. */
const LONGEST = 2 ** 31 - 1

/** Deadlines by Node's own timers. */
export const timers: Timers = {
  within: (ms, asked, use) => () =>
    new Promise((resolve, reject) => {
      const controller = new AbortController()
      // Not unref'd: with nothing else under way the process would end in silence instead of telling the deadline.
      const timer = setTimeout(
        () => {
          // First the answer, then the signal: whoever gives up at the signal must not answer before us.
          resolve(E.left(failure('TimedOut', asked, `a deadline of ${ms} ms`, '')))
          controller.abort()
        },
        Math.min(ms, LONGEST),
      )
      const run = async () => use(controller.signal)()
      run()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    }),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      // Not unref'd either: while containerd is away it may be all that keeps a serve, and whoever is told to stop aborts
      // the signal of every sleep.
      const timer = setTimeout(wake, Math.min(ms, LONGEST))
      signal.addEventListener('abort', wake)
    }),
}
