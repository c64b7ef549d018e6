import type { Platform } from '../core/images.js'
import type { Source } from '../core/report.js'
import type { Profile } from '../core/transitions.js'

/** How a node is planned or recovered. */
export interface Options {
  readonly profile: Profile
  /** How many items are worked on side by side */
  readonly concurrency: number
  /** Each item's deadline, in ms, from when its turn comes */
  readonly timeoutMs: number
  /** Go on where a guard would refuse: a live CRI plugin, too many orphans */
  readonly force: boolean
  readonly platform: Platform
  /** The snapshotter in which images are expected to be unpacked */
  readonly snapshotter: string
  readonly source: Pick<Source, 'kind' | 'address' | 'root' | 'state'>
  /** Told after each item; only for showing */
  readonly progress?: (done: number, total: number) => void
}
