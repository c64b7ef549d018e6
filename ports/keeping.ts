import type { Events } from './events.js'
import type { LogIo } from './io.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'
import type { Queue } from './queue.js'
import type { Snapshots, Stats } from './stats.js'
import type { Store } from './store.js'

/** All that a serve asks of the outside. */
export interface ServePorts extends Ports {
  readonly io: LogIo
  readonly events: Events
  readonly snapshots: Snapshots
  readonly stats: Stats
}

export interface ServeOptions extends Options {
  /** How long the pipes of a task that has ended may take to come to their end, in ms; less than `timeoutMs` */
  readonly drainMs: number
  /** What somebody should know while it goes on; each message is whole */
  readonly log: (level: 'error' | 'warning' | 'info' | 'debug', message: string) => void
}

/** What those who keep the node true share. */
export interface Keeping {
  readonly ports: ServePorts
  readonly options: ServeOptions
  readonly store: Store
  readonly queue: Queue
  readonly tally: Tally
}

/** What is counted on the way, and when all that lives was last known to. */
export interface Tally {
  reconnects: number
  checkpointErrors: number
  /** ns since 1970; 0 before anything was cut off */
  aliveAt: bigint
  /** The items of the last recovery that took longest, slowest first */
  slowest: readonly { readonly id: string; readonly ms: number }[]
}
