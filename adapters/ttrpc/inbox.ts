import { type Either, right } from 'fp-ts/lib/Either.js'
import type { Duplex } from './duplex.js'
import type { Trouble } from './trouble.js'

/** What a stream has sent and its reader has not taken yet. */
export interface Inbox extends Pick<Duplex, 'next'> {
  readonly put: (message: Buffer) => void
  /** Nothing more will come, and why. Only the first end counts. */
  readonly end: (how: Either<Trouble, null>) => void
  /** Ends it now, and throws away what was not taken. */
  readonly clear: () => void
}

/** What comes in, held up and let go on. */
export interface Flow {
  readonly hold: () => void
  readonly resume: () => void
}

/** Bytes that a message is taken to need besides its own: many empty ones need room too. */
const OVERHEAD = 64

/**
 * Holds the flow up for as long as more than `room` bytes wait here. What still arrives in one piece is taken in, so
 * a frame more may be held.
 */
export const inbox = (room: number, flow: Flow): Inbox => {
  let messages: Buffer[] = []
  let size = 0
  let held = false
  let how: Either<Trouble, null> | null = null
  let reader: ((next: Either<Trouble, Buffer | null>) => void) | null = null

  const hand = (next: Either<Trouble, Buffer | null>): boolean => {
    const waiting = reader
    reader = null
    waiting?.(next)
    return waiting !== null
  }
  const put = (message: Buffer): void => {
    if (how !== null || hand(right(message))) return
    messages.push(message)
    size += message.length + OVERHEAD
    if (size > room && !held) {
      held = true
      flow.hold()
    }
  }
  const take = (): Buffer | undefined => {
    const first = messages.shift()
    if (first !== undefined) size -= first.length + OVERHEAD
    if (held && size <= room) {
      held = false
      flow.resume()
    }
    return first
  }
  const end = (given: Either<Trouble, null>): void => {
    how ??= given
    hand(how)
  }
  return {
    put,
    end,
    clear: () => {
      messages = []
      size = 0
      how = right(null)
      hand(how)
    },
    next: () => {
      const first = take()
      if (first !== undefined) return Promise.resolve(right(first))
      if (how !== null) return Promise.resolve(how)
      return new Promise((resolve) => {
        reader = resolve
      })
    },
  }
}
