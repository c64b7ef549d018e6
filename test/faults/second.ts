import { F20 } from './clock.js'
import { F21 } from './crashes.js'
import { F17, F18 } from './directories.js'
import { F15, F16 } from './disk.js'
import type { Fault } from './fault.js'
import { F19, F24 } from './listings.js'
import { F14, F26 } from './pipes.js'
import { F23 } from './power.js'
import { F25 } from './rivals.js'
import { F22 } from './scale.js'

/** F14 to F26. */
export const SECOND: readonly Fault[] = [F14, F15, F16, F17, F18, F19, F20, F21, F22, F23, F24, F25, F26]
