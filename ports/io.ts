import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from './failure.js'

/** What a container's fresh IO needs to know. */
export interface IoRequest {
  readonly id: string
  readonly tty: boolean
  readonly stdin: boolean
}

/** A container's standard streams. */
export interface Io {
  /** Fresh IO for a container that was created and not started (reference: createContainerIO). */
  readonly create: (request: IoRequest) => TaskEither<Failure, void>
  /**
   * Why a task's pipes could not be opened, looking only; null where nothing stands in the way. A pipe that is
   * missing is made anew, its directory is not. Empty paths and stream URLs are passed over.
   */
  readonly obstacle: (paths: readonly string[]) => TaskEither<Failure, string | null>
}
