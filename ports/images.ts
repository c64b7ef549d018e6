import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ImageRecord } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** Image records, the content they point at, and whether it is unpacked. */
export interface Images {
  readonly list: (signal: Signal) => TaskEither<Failure, readonly ImageRecord[]>
  /** Size in bytes of a blob of the content store; `NotFound` where it is not there. */
  readonly contentSize: (digest: string, signal: Signal) => TaskEither<Failure, bigint>
  /** A whole blob as text (a manifest, an index, a config); `Exhausted` beyond `limit` bytes. */
  readonly readContent: (digest: string, limit: number, signal: Signal) => TaskEither<Failure, string>
  /**
   * Whether the snapshotter has the layers unpacked: a snapshot named by their chain ID (OCI image spec: the digest
   * over the diff IDs, lowest layer first).
   */
  readonly unpacked: (
    snapshotter: string,
    diffIds: readonly string[],
    signal: Signal,
  ) => TaskEither<Failure, boolean>
}
