/**
 * Every way in which a port can fail. Closed: an adapter translates what its own world says into one of these,
 * once. `NotFound` and `AlreadyExists` are answers; the others are the lack of one.
 */
export type FailureTag =
  /** The other side looked, and it is not there. */
  | 'NotFound'
  /** It is there already, or held by somebody else. */
  | 'AlreadyExists'
  /** No answer within the deadline. */
  | 'TimedOut'
  /** The other side could not be reached, or the connection broke. Never an absence, never an exit (L11). */
  | 'Unavailable'
  /** The other side refused: permission, or a state in which it does not do this. */
  | 'Denied'
  /** What came back cannot be understood. */
  | 'Malformed'
  /** No room, no descriptors, too large. */
  | 'Exhausted'

/** Why nothing was reached: each of these asks something else of whoever reads the message. */
export type Unreached = 'no-socket' | 'refused' | 'broken'

export interface Failure {
  readonly tag: FailureTag
  /** The request, as `delete task web-1`. */
  readonly asked: string
  /** Whom, as `containerd at /run/containerd/containerd.sock`. */
  readonly of: string
  /** What came back, in the other side's words. */
  readonly said: string
  /** Whether it may have taken effect all the same. */
  readonly mayHaveHappened: boolean
  /** Only with `Unavailable`. */
  readonly unreached: Unreached | null
}

const INDEFINITE: Readonly<Record<FailureTag, boolean>> = {
  NotFound: false,
  AlreadyExists: false,
  TimedOut: true,
  Unavailable: true,
  Denied: false,
  Malformed: true,
  Exhausted: false,
}

/**
 * A failure of the given kind. Without a word on it, a failure that leaves open whether the request took effect
 * says so (`mayHaveHappened`), after its tag.
 *
 * @example
 * failure('NotFound', 'delete task web-1', 'containerd', 'no running task found')
 */
export const failure = (
  tag: FailureTag,
  asked: string,
  of: string,
  said: string,
  more: { readonly mayHaveHappened?: boolean; readonly unreached?: Unreached } = {},
): Failure => ({
  tag,
  asked,
  of,
  said,
  mayHaveHappened: more.mayHaveHappened ?? INDEFINITE[tag],
  unreached: more.unreached ?? null,
})

const VERB: Readonly<Record<FailureTag, string>> = {
  NotFound: 'not found',
  AlreadyExists: 'already there',
  TimedOut: 'no answer in time',
  Unavailable: 'could not be reached',
  Denied: 'refused',
  Malformed: 'answered something that cannot be understood',
  Exhausted: 'out of room',
}

/** One line for a person: who, what was asked, what came back. */
export const describe = (f: Failure): string =>
  `${f.asked}: ${f.of}: ${VERB[f.tag]}${f.said === '' ? '' : `: ${f.said}`}${
    f.mayHaveHappened && f.unreached !== 'no-socket' && f.unreached !== 'refused'
      ? ' (it may have happened all the same)'
      : ''
  }`
