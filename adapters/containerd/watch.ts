import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { nanoseconds, type Timestamp } from '../../core/timestamp.js'
import type { Failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import type { Exit, Watch } from '../../ports/tasks.js'
import type { CallFailure } from './call.js'

export const exit = (r: {
  readonly exitStatus: number
  readonly exitedAt?: Timestamp | undefined
}): Exit => ({
  exitStatus: r.exitStatus,
  exitedAt: nanoseconds(r.exitedAt),
})

/**
 * Begins a wait, and looks whether what it waits for was there after that: whether a wait was taken up is not told
 * until it ends. A wait that ends before the look has told already.
 *
 * @param wait - a call as it is: whatever is mapped begins later, and the look must not come before it
 */
export const watching =
  <A>(
    wait: (signal: Signal) => TaskEither<CallFailure, A>,
    read: (reply: Either<CallFailure, A>) => Either<Failure, Exit>,
    look: TaskEither<Failure, unknown>,
  ): TaskEither<Failure, Watch> =>
  async () => {
    const waiting = new AbortController()
    const close = (): void => waiting.abort()
    const exited = wait(waiting.signal)().then(read)
    const begun = await Promise.race([look(), exited])
    if (isLeft(begun)) {
      close()
      return begun
    }
    return right({ exited, close })
  }
