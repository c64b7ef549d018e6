import type { Fault } from './fault.js'

/** F14 to F26. */
export const SECOND: readonly Fault[] = []
