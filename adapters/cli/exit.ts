import type { Either } from 'fp-ts/lib/Either.js'
import type { Trouble } from './trouble.js'

/** How a command ended, for whoever called it: the whole contract. */
export const EXIT = {
  done: 0,
  /** It could not be done, or not be told. */
  failed: 1,
  /** Done, and something needs attention; only with --detailed-exitcode. */
  attention: 2,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a command says on standard output, and how it ended. */
export interface Told {
  readonly text: string
  readonly code: ExitCode
}

/** Takes what a command came to; no command ends the process itself. */
export type Conclude = (ended: Either<Trouble, Told>) => void
