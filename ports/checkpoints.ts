import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { CheckpointFile } from '../core/records.js'
import type { Failure } from './failure.js'

/** The status files `<root>/containers/<id>/status`. An id that is no valid identifier is `Malformed`, unopened. */
export interface Checkpoints {
  /** What stands there. Links are not followed, at most 1 MiB is read. A failure only where even that could not be told. */
  readonly read: (id: string) => TaskEither<Failure, CheckpointFile>
  /** Replaces the file in one step: a reader sees the old or the new one, also after power loss (L14). */
  readonly write: (id: string, text: string) => TaskEither<Failure, void>
  /** Keeps what stands there under a second name beside it, byte for byte (L5), and tells that name. `at` (ns) goes into it. */
  readonly setAside: (id: string, at: bigint) => TaskEither<Failure, string>
  /** Makes `<root>/containers/<id>` where it is missing; the base above it must stand. */
  readonly makeDirectory: (id: string) => TaskEither<Failure, void>
  /** Removes what interrupted writes left beside the file; tells how many. */
  readonly sweep: (id: string) => TaskEither<Failure, number>
}
