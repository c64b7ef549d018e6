import type { Either } from 'fp-ts/lib/Either.js'
import type { Trouble } from './trouble.js'

/** How a call begins to a method that takes a stream of messages and gives one. */
export interface Opening {
  readonly socket: string
  readonly service: string
  readonly method: string
  /** The first message that is sent. */
  readonly first: Buffer
  readonly metadata: ReadonlyMap<string, string>
}

/** Such a call under way, over either protocol. */
export interface Duplex {
  /** Sends one message more. For after the first answer: until then, and after the end, it goes nowhere. */
  readonly send: (message: Buffer) => void
  /**
   * The next message, or null at the end of the stream; a stream that broke is the trouble, after all that came
   * before it. For one reader: asked again only once it has answered.
   */
  readonly next: () => Promise<Either<Trouble, Buffer | null>>
  /** Drops the connection, and what was not taken. A reader that waits is told the end. */
  readonly close: () => void
}
