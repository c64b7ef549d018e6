/** A decoder of bytes that come from outside, and what holds of everything that it is given. */
export interface Target {
  readonly name: string
  readonly decodes: string
  /** What its format is made of, for mutants to use */
  readonly tokens: readonly string[]
  /** Throws where the decoder does, and where a law does not hold of what came out. */
  readonly run: (bytes: Uint8Array) => void | Promise<void>
  /** Lets go of what it opened. */
  readonly close?: () => Promise<void>
}

/** A decoder's answer breaks a law. */
export class Breach extends Error {}

export const holds = (condition: boolean, what: string): void => {
  if (!condition) throw new Breach(what)
}
