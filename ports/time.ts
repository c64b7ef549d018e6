import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

export interface Clock {
  /** ns since 1970 */
  readonly now: () => bigint
}

export interface Timers {
  /**
   * Runs `use` with a signal that aborts after `ms`; the whole is `TimedOut` then, even where `use` never settles.
   * The deadline starts when the task is run, not when it is made (L9).
   */
  readonly within: <A>(
    ms: number,
    asked: string,
    use: (signal: Signal) => TaskEither<Failure, A>,
  ) => TaskEither<Failure, A>
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: Signal) => Promise<void>
}
