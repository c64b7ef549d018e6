import type { Either } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { TaskReply } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** How a task ended, as waiting on it told. */
export interface Exit {
  readonly exitStatus: number
  /** ns since 1970; null where the reply has none */
  readonly exitedAt: bigint | null
}

/** A wait on a task that is under way. */
export interface Watch {
  /** Settles once: the exit, or why the wait ended without one. `Unavailable` is a broken connection, not an exit. */
  readonly exited: Promise<Either<Failure, Exit>>
  /** Gives up the wait; the task is not touched, and `exited` need not settle any more. */
  readonly close: () => void
}

/** containerd's live tasks. */
export interface Tasks {
  /** Every task that containerd can tell of. A task whose shim does not answer may be left out, so absence here proves nothing. */
  readonly list: (signal: Signal) => TaskEither<Failure, readonly TaskReply[]>
  /** `NotFound`: there is no such task. */
  readonly get: (id: string, signal: Signal) => TaskEither<Failure, TaskReply>
  /** Begins to wait, and confirms that the task was there after the wait began. `signal` bounds only the beginning. */
  readonly watch: (id: string, signal: Signal) => TaskEither<Failure, Watch>
  /** SIGKILL to all processes of the task. A task with nothing left to kill counts as killed. */
  readonly kill: (id: string, signal: Signal) => TaskEither<Failure, void>
  /** Deletes a stopped task and ends its shim. `Denied`: the task has not stopped. */
  readonly delete: (id: string, signal: Signal) => TaskEither<Failure, Exit>
}
