import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { SandboxReply, StoredSandbox } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

/** containerd's sandbox store and sandbox controllers. */
export interface Sandboxes {
  /** All stored sandboxes; null where this containerd has no such service (1.6). */
  readonly list: (signal: Signal) => TaskEither<Failure, readonly StoredSandbox[] | null>
  /** What the sandbox's controller (its `sandboxer`) says of it. */
  readonly status: (id: string, sandboxer: string, signal: Signal) => TaskEither<Failure, SandboxReply>
  /** Removes the record from the store; the sandbox itself is not touched. */
  readonly forget: (id: string, signal: Signal) => TaskEither<Failure, void>
  /** Begins to wait for the sandbox's end. The end of the sandbox comes as an exit. `signal` bounds only the beginning. */
  readonly watch: (id: string, sandboxer: string, signal: Signal) => TaskEither<Failure, Watch>
}
