import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Base, Entry } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** The four directories whose children are named after containers and sandboxes. */
export interface Directories {
  /** The path of a base, for messages. */
  readonly path: (base: Base) => string
  /** The children of a base; null where the base does not exist. */
  readonly list: (base: Base) => TaskEither<Failure, readonly Entry[] | null>
  /**
   * Removes the directory `name` of a base with all below it, never following a link, never crossing into a mount.
   * `Denied`: it is no real directory, or something is mounted in it; nothing was removed then.
   */
  readonly remove: (base: Base, name: string, signal: Signal) => TaskEither<Failure, void>
}
