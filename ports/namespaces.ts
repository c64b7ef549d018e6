import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { NetnsStatus } from '../core/records.js'
import type { Failure } from './failure.js'

/** Network namespaces kept alive by a path. */
export interface Namespaces {
  /** `stale`: something stands at the path that is no namespace. */
  readonly status: (path: string) => TaskEither<Failure, NetnsStatus>
}
