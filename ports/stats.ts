import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** What a cgroup uses; a number that this kernel does not tell is null. Bytes and nanoseconds. */
export interface CgroupUsage {
  /** ns since 1970, when it was read */
  readonly at: bigint
  readonly cpuNanoseconds: bigint | null
  readonly memory: {
    readonly usage: bigint
    /** null: no limit */
    readonly limit: bigint | null
    /** Usage less what the kernel could drop at once (inactive file cache) */
    readonly workingSet: bigint
    readonly rss: bigint
    readonly pageFaults: bigint
    readonly majorPageFaults: bigint
  } | null
  /** available: how much more of it there is to use; null: no limit */
  readonly swap: { readonly usage: bigint; readonly available: bigint | null } | null
  readonly processes: bigint | null
}

export interface InterfaceUsage {
  readonly name: string
  readonly rxBytes: bigint
  readonly rxErrors: bigint
  readonly txBytes: bigint
  readonly txErrors: bigint
}

/** What the kernel counts. */
export interface Stats {
  /**
   * What a cgroup uses, on cgroup v1 and v2; null where it is gone.
   *
   * @param cgroupsPath - as an OCI spec has it: a path, or systemd's `slice:prefix:name`
   */
  readonly cgroup: (cgroupsPath: string) => TaskEither<Failure, CgroupUsage | null>
  /** The interfaces that a process sees, without loopback; null where the process is gone. */
  readonly network: (pid: number) => TaskEither<Failure, readonly InterfaceUsage[] | null>
}

export interface SnapshotUsage {
  readonly key: string
  readonly bytes: bigint
  readonly inodes: bigint
}

/** What containerd's snapshots take on disk. */
export interface Snapshots {
  /** Every snapshot of the namespace; one that goes away meanwhile is left out. */
  readonly usage: (snapshotter: string, signal: Signal) => TaskEither<Failure, readonly SnapshotUsage[]>
  /** The folder in which the snapshotter keeps them; null where it does not tell, or there is none of that name. */
  readonly folder: (snapshotter: string, signal: Signal) => TaskEither<Failure, string | null>
}
