import { DOWN } from './containerd/down.js'
import type { Fault } from './fault.js'

/** F1 to F13. */
export const FIRST: readonly Fault[] = [DOWN]
