import type { ReaderTaskEither } from 'fp-ts/lib/ReaderTaskEither.js'
import type { Checkpoints } from './checkpoints.js'
import type { Containers } from './containers.js'
import type { Directories } from './directories.js'
import type { Failure } from './failure.js'
import type { Images } from './images.js'
import type { Introspection } from './introspection.js'
import type { Io } from './io.js'
import type { Lock } from './lock.js'
import type { Namespaces } from './namespaces.js'
import type { Sandboxes } from './sandboxes.js'
import type { Shims } from './shims.js'
import type { Tasks } from './tasks.js'
import type { Clock, Timers } from './time.js'

/** All that a recovery asks of the outside, one capability a name. A runtime's author may replace any of them. */
export interface Ports {
  readonly containers: Containers
  readonly tasks: Tasks
  readonly sandboxes: Sandboxes
  readonly images: Images
  readonly introspection: Introspection
  readonly checkpoints: Checkpoints
  readonly directories: Directories
  readonly namespaces: Namespaces
  readonly io: Io
  readonly shims: Shims
  readonly lock: Lock
  readonly clock: Clock
  readonly timers: Timers
}

/** Something to be done on a node, as a value. The left side is for what makes going on wrong. */
export type Program<A> = ReaderTaskEither<Ports, Failure, A>
