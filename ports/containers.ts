import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ContainerRecord } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** What a container record holds besides, and what is asked for seldom: an OCI spec has some 10 KB. */
export interface ContainerDetail {
  /** The OCI spec, as JSON; empty where the record has none */
  readonly spec: string
  readonly runtime: string
  /** The runtime's options, as they were stored: their type and bytes; null where there are none */
  readonly options: { readonly typeUrl: string; readonly value: Uint8Array } | null
  readonly snapshotter: string
  readonly snapshotKey: string
  readonly image: string
}

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
  /** One record's details, a sandbox's too; `NotFound` where there is no such record. */
  readonly detail: (id: string, signal: Signal) => TaskEither<Failure, ContainerDetail>
}
