import type { Fault } from './fault.js'
import { FIRST } from './first.js'
import { SECOND } from './second.js'

/** Every fault of the list, in its order. */
export const FAULTS: readonly Fault[] = [...FIRST, ...SECOND]
