import type { ContainerPlan } from '../core/container-plan.js'
import type { Performed } from '../core/performed.js'
import type { Outcome } from '../core/plans.js'
import type { Action } from '../core/report.js'
import type { Settled } from '../core/transitions.js'
import type { Watch } from './tasks.js'

/** What became of an item, and the watch on its exit where there is one: it is whoever's it is handed to. */
export interface Recovered {
  readonly performed: Performed
  readonly watch: Watch | null
}

/** A recovered container: its plan, what was done, what it is now. */
export interface RecoveredContainer extends Recovered {
  readonly plan: ContainerPlan
  readonly settled: Settled
  /** Where its pod has its logs; empty where that is not known */
  readonly logDirectory: string
  /** How long it took, in ns */
  readonly took: bigint
}

export interface RecoveredSandbox {
  readonly outcome: Outcome
  readonly actions: readonly Action[]
  readonly watch: Watch | null
  /** How long it took, in ns */
  readonly took: bigint
}
