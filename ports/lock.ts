import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from './failure.js'

/** At most one recovery works on a root at a time (F25). */
export interface Lock {
  /** `AlreadyExists`, naming the holder, where another process has it. The holder's death frees it. */
  readonly acquire: () => TaskEither<Failure, { readonly release: () => Promise<void> }>
}
