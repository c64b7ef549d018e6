import type { Lab } from '../lab/lab.js'

/** A fault of the list F1 to F26, and what is done to a node so that it happens. */

/** One way to make it: `run` makes it, asks of what follows whatever must hold, and says what it saw. */
export interface Trial<Node> {
  /** How it is made, for the table: `SIGSTOP to containerd` */
  readonly made: string
  /**
   * What was seen, in one line, the same in every run: states, codes and counts, no times, pids or ids that differ.
   * It throws where what must hold does not.
   */
  readonly run: (node: Node) => Promise<string>
}

export interface Fault {
  readonly id: `F${number}`
  readonly says: string
  /** What the list asks for, as one sentence */
  readonly expected: string
  readonly simulated: Trial<void>
  /** On a real node, fresh for this fault; or why it cannot be made there. `cri`: whether containerd's own runs at first. */
  readonly real: (Trial<Lab> & { readonly deadlineMs?: number }) | { readonly cannot: string }
}

/** The columns of the table: the simulated node, and the release lines of containerd. */
export const LINES = ['2.1', '1.7', '1.6'] as const
export type Column = 'simulated' | (typeof LINES)[number]
