import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { TaskReply } from '../core/records.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

/** Where a shim listens, and what it speaks there. */
export interface ShimAddress {
  /** A socket's path; an abstract socket begins with `\0` */
  readonly socket: string
  readonly protocol: 'ttrpc' | 'grpc'
  /** The version of the task service that it serves: `containerd.task.v2.Task` or `containerd.task.v3.Task` */
  readonly service: 'v2' | 'v3'
}

/** A task's folder in containerd's state, which outlives containerd. */
export interface Bundle {
  /** The task's id: the folder's name */
  readonly id: string
  /** A text: why its shim's address cannot be told */
  readonly address: ShimAddress | string
}

/** The shims, which know how their tasks ended while containerd is down. Asked only for what they know; told nothing to do. */
export interface Shims {
  /** Every bundle of the namespace. A folder that is missing holds none. */
  readonly bundles: () => TaskEither<Failure, readonly Bundle[]>
  /** The state of a task, in the words of its shim. `NotFound`: the shim does not know it. */
  readonly state: (id: string, address: ShimAddress, signal: Signal) => TaskEither<Failure, TaskReply>
  /**
   * Begins to wait for a task's exit, at its shim. A task that has stopped answers at once, with its exit. `signal`
   * bounds only the beginning. `NotFound`: the shim does not know it.
   */
  readonly watch: (id: string, address: ShimAddress, signal: Signal) => TaskEither<Failure, Watch>
  /** How often the kernel killed in the task's cgroup for want of memory; null where the cgroup is gone. */
  readonly oomKills: (id: string) => TaskEither<Failure, number | null>
}
