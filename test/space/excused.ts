import type { Breach } from './explore.js'
import type { SmallNode } from './worlds.js'

/** Where a law is known not to hold, and why. What is not listed must hold; what is listed must still be needed. */
interface Excuse {
  readonly why: string
  readonly law: string
  readonly fits: (node: SmallNode, breach: Breach) => boolean
}

export const EXCUSES: readonly Excuse[] = []
