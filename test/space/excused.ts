import type { Breach } from './explore.js'
import type { SmallNode } from './worlds.js'

/** Where a law is known not to hold, and why. What is not listed must hold; what is listed must still be needed. */
interface Excuse {
  readonly why: string
  readonly law: string
  readonly fits: (node: SmallNode, breach: Breach) => boolean
}

const isStarting = ({ name }: SmallNode): boolean => name.startsWith('being started')

export const EXCUSES: readonly Excuse[] = [
  {
    why: 'a start is undone: what was never started has no exit to keep',
    law: 'L6',
    fits: (node, { law, what }) =>
      law === 'L6' && isStarting(node) && what.startsWith('a: its task is deleted'),
  },
  {
    why: 'to undo a start takes two steps: between the kill and the delete it looks like a start that ended',
    law: 'L10',
    fits: (node, { law, what }) => law === 'L10' && isStarting(node) && what.includes('ExitCode\\":137'),
  },
]
