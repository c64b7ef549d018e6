/**
 * What the outside says about the node, in the words of the services that say it.
 * Ports answer with these; nothing here is judged yet.
 */

/** One typed blob of a record. `value` is the blob read as UTF-8, invalid bytes replaced, as Go's JSON reader does. */
export interface Extension {
  readonly typeUrl: string
  readonly value: string
}

/** A container record of containerd. A pod's sandbox has one too, told apart by its label. */
export interface ContainerRecord {
  readonly id: string
  readonly labels: ReadonlyMap<string, string>
  readonly image: string
  readonly runtime: string
  readonly snapshotter: string
  readonly snapshotKey: string
  /** ns since 1970 */
  readonly createdAt: bigint
  readonly extensions: ReadonlyMap<string, Extension>
}

/** containerd's own words for a task's status; `other` is a number that this version does not know. */
export type TaskStatus = 'unknown' | 'created' | 'running' | 'stopped' | 'paused' | 'pausing' | 'other'

/** A live task as the tasks service tells it. */
export interface TaskReply {
  readonly id: string
  readonly pid: number
  readonly status: TaskStatus
  /** 0 to 2^32 - 1; meaningful when stopped */
  readonly exitStatus: number
  /** ns since 1970; null where the reply has no exit time */
  readonly exitedAt: bigint | null
  readonly terminal: boolean
  /** FIFO paths or stream URLs; empty where there is none */
  readonly stdin: string
  readonly stdout: string
  readonly stderr: string
}

/** A sandbox of containerd's sandbox store (1.7 and later). */
export interface StoredSandbox {
  readonly id: string
  readonly sandboxer: string
  /** ns since 1970 */
  readonly createdAt: bigint
  readonly extensions: ReadonlyMap<string, Extension>
}

/** What a sandbox's controller says of it. `state` is free text of the controller. */
export interface SandboxReply {
  readonly state: string
  readonly pid: number
  readonly address: string
  readonly version: number
}

/** An image record: a name for a manifest or an index. */
export interface ImageRecord {
  readonly name: string
  readonly digest: string
  readonly mediaType: string
  /** bytes */
  readonly size: bigint
  readonly labels: ReadonlyMap<string, string>
}

/** A plugin of containerd, as its introspection service lists it. */
export interface PluginRecord {
  readonly type: string
  readonly id: string
  /** null: the plugin is up; else why it is not */
  readonly error: string | null
}

/** What stands at the place of a container's checkpoint. */
export type CheckpointFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing'; readonly directory: boolean }
  | { readonly kind: 'too-large'; readonly bytes: bigint }
  | { readonly kind: 'not-a-file'; readonly what: FileKind }
  | { readonly kind: 'unreadable'; readonly why: string }

export type FileKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'device'

/** One of the four directories whose children are named after containers or sandboxes. */
export interface Base {
  /** `root` survives a reboot, `state` need not */
  readonly of: 'root' | 'state'
  readonly kind: 'sandboxes' | 'containers'
}

export const BASES: readonly Base[] = [
  { of: 'root', kind: 'sandboxes' },
  { of: 'state', kind: 'sandboxes' },
  { of: 'root', kind: 'containers' },
  { of: 'state', kind: 'containers' },
]

export interface Entry {
  readonly name: string
  readonly kind: FileKind
}

export type NetnsStatus = 'open' | 'missing' | 'stale'
