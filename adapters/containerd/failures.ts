import { status } from '@grpc/grpc-js'
import { type Failure, type FailureTag, failure, type Unreached } from '../../ports/failure.js'
import type { CallFailure } from './call.js'
import type { Channel } from './channel.js'

interface Meaning {
  readonly tag: FailureTag
  /** Where it differs from what the tag stands for. */
  readonly mayHaveHappened?: boolean
}

/** By code. A code that is not here, for a server may send any number, is `Malformed`. */
const MEANINGS: Readonly<Partial<Record<number, Meaning>>> = {
  [status.NOT_FOUND]: { tag: 'NotFound' },
  [status.ALREADY_EXISTS]: { tag: 'AlreadyExists' },
  [status.DEADLINE_EXCEEDED]: { tag: 'TimedOut' },
  [status.UNAVAILABLE]: { tag: 'Unavailable' },
  // Sent by a server that is on its way out; our own cancelling does not come this way.
  [status.CANCELLED]: { tag: 'Unavailable' },
  [status.PERMISSION_DENIED]: { tag: 'Denied' },
  [status.UNAUTHENTICATED]: { tag: 'Denied' },
  [status.INVALID_ARGUMENT]: { tag: 'Denied' },
  [status.FAILED_PRECONDITION]: { tag: 'Denied' },
  [status.OUT_OF_RANGE]: { tag: 'Denied' },
  [status.UNIMPLEMENTED]: { tag: 'Denied' },
  [status.ABORTED]: { tag: 'Denied', mayHaveHappened: true },
  // A reply too large to be sent or taken comes after the deed.
  [status.RESOURCE_EXHAUSTED]: { tag: 'Exhausted', mayHaveHappened: true },
}

/** Go's plain errors arrive as UNKNOWN, told apart by their text alone: this one is a shim that went away. */
const SHIM_LOST = /^ttrpc: closed\b/

/** What grpc-js says where it never got as far as sending the request, around the reason. */
const NEVER_SENT =
  /^No connection established\. Last error: (?:Error: )?(.*?)(?: \([-0-9T:.]+Z\))?\. Resolution note:/s

/** What it says where the connection broke under a call. A server's own words are not among them. */
const BROKE =
  /^(Connection dropped|Stream refused by server|(read|write) E[A-Z]+|.* triggered by internal client error: .*)/s

const unsent = (reason: string): Pick<Failure, 'tag' | 'unreached'> => {
  switch (/^connect (E[A-Z]+)\b/.exec(reason)?.[1]) {
    case 'EACCES':
    case 'EPERM':
      return { tag: 'Denied', unreached: null }
    case 'ENOENT':
    case 'ENOTDIR':
      return { tag: 'Unavailable', unreached: 'no-socket' }
    case 'ECONNREFUSED':
      return { tag: 'Unavailable', unreached: 'refused' }
    default:
      return { tag: 'Unavailable', unreached: 'broken' }
  }
}

/** What was asked, and whether answering it changes anything over there. */
interface Asked {
  readonly asked: string
  readonly changes: boolean
}

/** Something that is only looked at: it cannot have happened. */
export const reading = (asked: string): Asked => ({ asked, changes: false })

/** Something that is done. */
export const changing = (asked: string): Asked => ({ asked, changes: true })

/** A gRPC failure as one of the ports'. The only place where codes turn into tags. */
export const translate =
  (channel: Channel, { asked, changes }: Asked) =>
  ({ code, details, by, begun }: CallFailure): Failure => {
    const fail = (
      tag: FailureTag,
      said: string,
      unreached: Unreached | null,
      sent: boolean | null,
    ): Failure => {
      const made = failure(tag, asked, `containerd at ${channel.socket}`, said)
      return { ...made, mayHaveHappened: changes && begun && (sent ?? made.mayHaveHappened), unreached }
    }
    if (by === 'signal') return fail('TimedOut', details, null, null)
    if (by === 'close') return fail('Unavailable', details, 'broken', null)
    const reason = code === status.UNAVAILABLE ? NEVER_SENT.exec(details)?.[1] : undefined
    if (reason !== undefined) {
      const { tag, unreached } = unsent(reason)
      return fail(tag, reason, unreached, false)
    }
    if ((code === status.UNAVAILABLE || code === status.INTERNAL) && BROKE.test(details))
      return fail('Unavailable', details, 'broken', null)
    if (code === status.UNKNOWN && SHIM_LOST.test(details)) return fail('Unavailable', details, null, null)
    const { tag, mayHaveHappened } = MEANINGS[code] ?? { tag: 'Malformed' }
    return fail(tag, details, null, mayHaveHappened ?? null)
  }
