import type {
  ContainerRecord,
  FileKind,
  ImageRecord,
  NetnsStatus,
  PluginRecord,
  SandboxReply,
  StoredSandbox,
  TaskReply,
} from '../../core/records.js'
import type { FailureTag, Unreached } from '../../ports/failure.js'

/** A node as one value: what containerd, its sandbox service, the file system and the clock would answer. */
export interface World {
  readonly version: 1
  /** For people. */
  readonly about: string
  /** ns since 1970 */
  readonly now: bigint
  /** containerd's version; null: nothing listens at its socket */
  readonly containerd: string | null
  readonly root: string
  readonly state: string
  readonly plugins: readonly PluginRecord[]
  readonly containers: readonly ContainerRecord[]
  /** What container records hold besides; one that is not listed holds nothing. */
  readonly details: readonly WorldDetail[]
  readonly tasks: readonly TaskReply[]
  /** null: this containerd has no sandbox service */
  readonly sandboxStore: readonly WorldSandbox[] | null
  readonly images: readonly ImageRecord[]
  readonly content: readonly Blob[]
  readonly unpacked: readonly Unpacked[]
  readonly files: readonly FileEntry[]
  /** Where something is mounted. */
  readonly mounts: readonly Place[]
  /** A path that is not listed is `missing`. */
  readonly netns: readonly Netns[]
  /** Cgroups that still stand, and the kernel's count in them; a task that is not listed has none. */
  readonly oomKills: readonly OomKills[]
  /** Who holds the recovery's lock; null: nobody */
  readonly lock: string | null
  readonly faults: readonly Fault[]
}

/** What a container record holds besides: its OCI spec, as JSON, and its runtime's options, their bytes in base64. */
export interface WorldDetail {
  readonly id: string
  readonly spec: string
  readonly options: { readonly typeUrl: string; readonly value: string } | null
}

/** A stored sandbox with what its controller says of it; null: the controller does not know it. */
export interface WorldSandbox extends StoredSandbox {
  readonly controller: SandboxReply | null
}

/** A blob of the content store; `text` null: it is there, and only its size is known. */
export interface Blob {
  readonly digest: string
  readonly size: bigint | null
  readonly text: string | null
}

/** Layers that a snapshotter has unpacked, lowest first; those below the topmost are unpacked with it. */
export interface Unpacked {
  readonly snapshotter: string
  readonly diffIds: readonly string[]
}

/** A place below root or state: names joined by `/`, none of them `.` or `..`. */
export interface Place {
  readonly in: 'root' | 'state'
  readonly path: string
}

/**
 * Something in the file system; the directories above it need not be listed. Of `text`, `base64`, `bytes` and
 * `unreadable` at most one is not null, and only for a file; a file with none is empty.
 */
export interface FileEntry extends Place, FileBody {}

export interface FileBody {
  readonly kind: FileKind
  readonly text: string | null
  /** Content that is no text. */
  readonly base64: string | null
  /** A size instead of content: that many zeros. */
  readonly bytes: bigint | null
  /** Why it cannot be read, as `input/output error`. */
  readonly unreadable: string | null
}

export interface Netns {
  readonly path: string
  readonly status: NetnsStatus
}

/** How often the kernel killed in a task's cgroup for want of memory. */
export interface OomKills {
  readonly id: string
  readonly count: number
}

/** What befalls calls. Of several that fit a call, the first that is due answers. */
export interface Fault {
  /** A port's call as `tasks.delete`, or all of a port as `tasks.*`; `tasks.exit` is a begun wait's answer. */
  readonly call: string
  /** Only calls about this (an id, a path, a digest); null: about anything. */
  readonly id: string | null
  readonly answer: FailureTag | 'hang'
  readonly said: string
  /** Only with `Unavailable`. */
  readonly unreached: Unreached | null
  /** `after`: it took effect first. */
  readonly when: 'before' | 'after'
  /** The first call that it befalls, counted from 1. */
  readonly from: number
  /** How many calls it befalls; null: all from then on */
  readonly times: number | null
}

/** containerd's folders for its CRI plugin. */
export const DEFAULT_ROOT = '/var/lib/containerd/io.containerd.grpc.v1.cri'
export const DEFAULT_STATE = '/run/containerd/io.containerd.grpc.v1.cri'

/** The version a world has that does not name one. */
export const DEFAULT_CONTAINERD = '2.1.9'

/** A node with nothing on it. */
export const emptyWorld = (now: bigint): World => ({
  version: 1,
  about: '',
  now,
  containerd: DEFAULT_CONTAINERD,
  root: DEFAULT_ROOT,
  state: DEFAULT_STATE,
  plugins: [],
  containers: [],
  details: [],
  tasks: [],
  sandboxStore: [],
  images: [],
  content: [],
  unpacked: [],
  files: [],
  mounts: [],
  netns: [],
  oomKills: [],
  lock: null,
  faults: [],
})
