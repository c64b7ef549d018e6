import { said } from './errors.js'

/** A time in which a log cannot be written: told when it begins and when it ends, and not at every line of it. */
export interface Spell {
  readonly failed: (error: unknown, lostBytes: bigint) => void
  /** A write went well. */
  readonly ended: () => void
  /** Nothing will be written any more. */
  readonly over: () => void
}

export const spellOf = (warn: (message: string) => void): Spell => {
  let lost: bigint | null = null
  return {
    failed: (error, lostBytes) => {
      if (lost === null)
        warn(`its log cannot be written, and what it writes is lost until it can: ${said(error)}`)
      lost = (lost ?? 0n) + lostBytes
    },
    ended: () => {
      if (lost !== null) warn(`its log is written again; ${lost} bytes of it are lost`)
      lost = null
    },
    over: () => {
      if (lost !== null) warn(`its log could not be written to the end; ${lost} bytes of it are lost`)
      lost = null
    },
  }
}
