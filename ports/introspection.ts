import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { PluginRecord } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** What containerd says of itself. */
export interface Introspection {
  /** Its version, as `2.1.9` or `1.6.20~ds1`. */
  readonly version: (signal: Signal) => TaskEither<Failure, string>
  readonly plugins: (signal: Signal) => TaskEither<Failure, readonly PluginRecord[]>
}
