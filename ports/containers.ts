import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ContainerRecord } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** containerd's container records. */
export interface Containers {
  /**
   * All records whose label `io.cri-containerd.kind` is `kind`, whole: a listing that broke off is a failure,
   * never a shorter list, for directories are removed by what it leaves out (L13).
   */
  readonly list: (
    kind: 'sandbox' | 'container',
    signal: Signal,
  ) => TaskEither<Failure, readonly ContainerRecord[]>
}
