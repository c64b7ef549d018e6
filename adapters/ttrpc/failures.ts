import { type Failure, type FailureTag, failure, type Unreached } from '../../ports/failure.js'
import type { Trouble } from './trouble.js'

/** By gRPC's code, which ttrpc shares. A code that is not here is `Malformed`, for a shim may send any number. */
const TAGS: Readonly<Partial<Record<number, FailureTag>>> = {
  1: 'Unavailable', // CANCELLED: sent by a shim that is on its way out
  3: 'Denied', // INVALID_ARGUMENT
  4: 'TimedOut', // DEADLINE_EXCEEDED
  5: 'NotFound', // NOT_FOUND
  6: 'AlreadyExists', // ALREADY_EXISTS
  7: 'Denied', // PERMISSION_DENIED
  8: 'Exhausted', // RESOURCE_EXHAUSTED
  9: 'Denied', // FAILED_PRECONDITION
  10: 'Denied', // ABORTED
  11: 'Denied', // OUT_OF_RANGE
  12: 'Denied', // UNIMPLEMENTED
  14: 'Unavailable', // UNAVAILABLE
  16: 'Denied', // UNAUTHENTICATED
}

const unreached = (code: string): readonly [FailureTag, Unreached | null] => {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return ['Denied', null]
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return ['Exhausted', null]
    case 'ENOENT':
    case 'ENOTDIR':
      return ['Unavailable', 'no-socket']
    case 'ECONNREFUSED':
      return ['Unavailable', 'refused']
    default:
      return ['Unavailable', 'broken']
  }
}

const meaning = (trouble: Trouble): readonly [FailureTag, Unreached | null] => {
  switch (trouble.kind) {
    case 'unreached':
      return unreached(trouble.code)
    case 'broken':
      return ['Unavailable', 'broken']
    case 'garbage':
      return ['Malformed', null]
    case 'status':
      return [TAGS[trouble.code] ?? 'Malformed', null]
    case 'given-up':
      return ['TimedOut', null]
  }
}

/** A shim's trouble as one of the ports' failures. Only ever asked, it has done nothing. */
export const translate =
  (asked: string, of: string) =>
  (trouble: Trouble): Failure => {
    const [tag, why] = meaning(trouble)
    const said = trouble.kind === 'given-up' ? 'given up' : trouble.said
    return { ...failure(tag, asked, of, said, { mayHaveHappened: false }), unreached: why }
  }
