import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { JsonObject } from '../core/json.js'
import type { ContainerMetadata, SandboxMetadata } from '../core/metadata.js'
import type { ImageSeen, Netns } from '../core/observation.js'
import type { ContainerRecord } from '../core/records.js'
import type { Problem } from '../core/report.js'
import type { SandboxState } from '../core/sandbox.js'
import type { Status } from '../core/status.js'
import type { ContainerDetail } from './containers.js'
import type { Failure } from './failure.js'
import type { LogTotals } from './io.js'
import type { Signal } from './signal.js'
import type { CgroupUsage, InterfaceUsage, SnapshotUsage } from './stats.js'

/** What a serving node knows and offers: the driving port that a CRI server, metrics and a runtime's own code ask. */

/** `cut-off`: containerd is gone, the shims are asked in its place. */
export type Phase = 'starting' | 'recovering' | 'serving' | 'cut-off' | 'stopping'

export interface ServedContainer {
  readonly id: string
  readonly record: ContainerRecord
  /** null: it cannot be read, and the state is UNKNOWN */
  readonly metadata: ContainerMetadata | null
  /** It lost a name conflict, and is shown without a name */
  readonly parked: boolean
  readonly status: Status
  /** The checkpoint's own document, for what is not ours in it (Resources); null where there is none */
  readonly document: JsonObject | null
  /** Whether somebody waits for its exit */
  readonly watched: boolean
  /** Why its checkpoint does not say what is known; null where it does */
  readonly unwritten: string | null
  readonly problems: readonly Problem[]
}

export interface ServedSandbox {
  readonly id: string
  readonly origin: 'container' | 'store'
  /** null: it stands in the sandbox store only */
  readonly record: ContainerRecord | null
  readonly metadata: SandboxMetadata | null
  readonly parked: boolean
  readonly state: SandboxState
  readonly pid: number
  /** ns since 1970 */
  readonly createdAt: bigint
  readonly netns: Netns
  readonly watched: boolean
  readonly problems: readonly Problem[]
}

/** What is known of the node now. A value: it does not change under whoever holds it. */
export interface ServedNode {
  readonly phase: Phase
  /** How far the recovery under way, or the last one, has come */
  readonly progress: { readonly done: number; readonly total: number }
  /** ns since 1970 when the node was first recovered; null before that */
  readonly recoveredAt: bigint | null
  /** containerd's own word for its version; null until it was told */
  readonly containerd: string | null
  readonly snapshotter: string
  readonly containers: ReadonlyMap<string, ServedContainer>
  readonly sandboxes: ReadonlyMap<string, ServedSandbox>
  readonly images: ReadonlyMap<string, ImageSeen>
}

/** Something that happened to a container or a sandbox, in the CRI's terms. */
export interface ServedEvent {
  readonly kind: 'created' | 'started' | 'stopped' | 'deleted'
  /** The container's id, or the sandbox's own */
  readonly id: string
  readonly sandboxId: string
  /** ns since 1970: when it happened, not when it was learnt */
  readonly at: bigint
}

/** What serve counts, for whoever measures. */
export interface ServedCounts {
  readonly reconnects: number
  /** How many containers wait for another try, and the longest pause among them, in ms */
  readonly backoff: { readonly depth: number; readonly longestMs: number }
  /** ms; null until the node was first recovered */
  readonly recoveryMs: number | null
  readonly checkpointErrors: number
  /** The items of the last recovery that took longest, slowest first */
  readonly slowest: readonly { readonly id: string; readonly ms: number }[]
  readonly log: LogTotals
}

export interface Service {
  readonly node: () => ServedNode
  readonly counts: () => ServedCounts
  /** containerd's whole record, for what is asked for seldom: the OCI spec, the runtime's options. */
  readonly detail: (id: string, signal: Signal) => TaskEither<Failure, ContainerDetail>
  /** `NotFound`: no such container. `Denied`: it does not run. */
  readonly reopenLog: (id: string) => TaskEither<Failure, void>
  /** Hears events from now on, and first those of the downtime before this serve. Returns how to stop. */
  readonly subscribe: (hear: (event: ServedEvent) => void) => () => void
  readonly cgroup: (cgroupsPath: string) => TaskEither<Failure, CgroupUsage | null>
  readonly network: (pid: number) => TaskEither<Failure, readonly InterfaceUsage[] | null>
  /** What snapshots take; at most ten seconds old. */
  readonly snapshots: (
    signal: Signal,
  ) => TaskEither<
    Failure,
    { readonly at: bigint; readonly folder: string | null; readonly usage: readonly SnapshotUsage[] }
  >
}
