import type { Ending } from './container-plan.js'
import type { Action } from './report.js'

/** What was done about a container, or, where nothing is done, what is expected to happen. */
export interface Performed {
  readonly ending: Ending
  /** Why the checkpoint could not be written; null where it could, or need not be */
  readonly unwritten: string | null
  readonly actions: readonly Action[]
  /** Whether somebody stays who waits for its exit */
  readonly stays: boolean
  /** Whether log pipes were closed with the deleted task, unread */
  readonly logTail: boolean
}
