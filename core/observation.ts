import { type Either, isRight } from 'fp-ts/lib/Either.js'
import type { Checkpoint, Unreadable } from './checkpoint.js'
import type { ImageContent } from './images.js'
import type { ContainerMetadata, MetadataProblem, SandboxMetadata } from './metadata.js'
import type {
  Base,
  CheckpointFile,
  ContainerRecord,
  Entry,
  ImageRecord,
  NetnsStatus,
  StoredSandbox,
} from './records.js'
import type { StoredSeen } from './sandbox.js'
import type { TaskLook } from './seen.js'
import { type CheckpointSeen, type Status, seenOf, UNREADABLE_STATUS } from './status.js'

/** Everything that was looked at before anything was decided. Read once; the decisions take no second look. */

export interface ContainerSeen {
  readonly record: ContainerRecord
  readonly metadata: Either<MetadataProblem, ContainerMetadata>
  readonly look: TaskLook
  /** Why the task's log pipes could not be opened; null: nothing stands in the way, or it has none */
  readonly pipes: string | null
  /** What stands at the checkpoint's place, and what it says */
  readonly file: CheckpointFile
  readonly checkpoint: Either<Unreadable, Checkpoint>
  /** Whether the kernel killed in its cgroup for want of memory; looked up only after a SIGKILL */
  readonly oomKilled: boolean
  /** ns since 1970, when somebody who watched last knew it alive; 0 where nobody did */
  readonly aliveAt: bigint
}

export interface Netns {
  readonly path: string
  readonly status: NetnsStatus | 'host'
  /** Why it could not be looked at, and is taken to stand; null where it was */
  readonly unclear: string | null
}

export interface SandboxSeen {
  readonly record: ContainerRecord
  readonly metadata: Either<MetadataProblem, SandboxMetadata>
  /** What the sandbox store has of it besides; null where it has nothing that can be read */
  readonly spare: SandboxMetadata | null
  /** Updated resources that are there and cannot be read fail the sandbox */
  readonly resources: MetadataProblem | null
  readonly look: TaskLook
  readonly netns: Netns
}

export interface StoredSandboxSeen {
  readonly stored: StoredSandbox
  readonly metadata: Either<MetadataProblem, SandboxMetadata>
  readonly seen: StoredSeen
  readonly pid: number
  /** What the controller said, or why it said nothing */
  readonly detail: string
  readonly netns: Netns
}

export interface ImageSeen {
  readonly record: ImageRecord
  readonly content: ImageContent
  readonly unpacked: boolean
}

export interface BaseSeen {
  readonly base: Base
  readonly path: string
  /** null: the base does not exist, which is fine; a text: why it cannot be read */
  readonly entries: readonly Entry[] | null | string
}

export interface NodeSeen {
  /** ns since 1970; the one time that all decisions of a run share */
  readonly now: bigint
  /** containerd's own word for its version; null where it gave none */
  readonly version: string | null
  readonly containers: readonly ContainerSeen[]
  readonly sandboxes: readonly SandboxSeen[]
  readonly stored: readonly StoredSandboxSeen[]
  /** A text: why the images could not be listed */
  readonly images: readonly ImageSeen[] | string
  readonly bases: readonly BaseSeen[]
  /** The ids of all tasks that the listing named: whatever has one is nobody's orphan. Null: they could not be listed */
  readonly tasks: readonly string[] | null
}

/** The status that recovery starts from (reference: LoadStatus, or unknownContainerStatus). */
export const statusBefore = (seen: ContainerSeen): Status =>
  isRight(seen.checkpoint) ? seen.checkpoint.right.status : UNREADABLE_STATUS

export const checkpointSeenOf = (seen: ContainerSeen): CheckpointSeen =>
  isRight(seen.checkpoint) ? seenOf(seen.checkpoint.right.status) : 'UNREADABLE'
