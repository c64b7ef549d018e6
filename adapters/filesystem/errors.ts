import { getSystemErrorMap } from 'node:util'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Failure, type FailureTag, failure } from '../../ports/failure.js'

const TAGS: ReadonlyMap<string, FailureTag> = new Map<string, FailureTag>([
  ['ENOENT', 'NotFound'],
  ['EEXIST', 'AlreadyExists'],
  ['ENOSPC', 'Exhausted'],
  ['EDQUOT', 'Exhausted'],
  ['EMFILE', 'Exhausted'],
  ['ENFILE', 'Exhausted'],
  ['ENOMEM', 'Exhausted'],
  ['EFBIG', 'Exhausted'],
  ['EMLINK', 'Exhausted'],
  ['ENAMETOOLONG', 'Exhausted'],
  ['EACCES', 'Denied'],
  ['EPERM', 'Denied'],
  ['EROFS', 'Denied'],
  ['EISDIR', 'Denied'],
  ['ENOTDIR', 'Denied'],
  ['ENOTEMPTY', 'Denied'],
  ['ELOOP', 'Denied'],
  ['EBUSY', 'Denied'],
  ['EXDEV', 'Denied'],
  ['EINVAL', 'Denied'],
  ['ENXIO', 'Denied'],
  ['EOPNOTSUPP', 'Denied'],
  ['ENOTSUP', 'Denied'],
])

/** What the adapter itself has to say against going on; thrown inside it, never out of it. */
export class Trouble extends Error {
  readonly tag: FailureTag
  readonly mayHaveHappened: boolean

  constructor(tag: FailureTag, said: string, mayHaveHappened = false) {
    super(said)
    this.tag = tag
    this.mayHaveHappened = mayHaveHappened
  }
}

/** The name of a system call's error, as `ENOENT`; empty for anything else. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** A handler that answers `value` where nothing is there (any more), and passes on every other error. */
export const ifGone =
  <A>(value: A) =>
  (error: unknown): A => {
    if (codeOf(error) === 'ENOENT') return value
    throw error
  }

// Node's own message names the path `/proc/self/fd/…`, which tells a reader nothing.
const words = (error: unknown): string => {
  const errno = error instanceof Error && 'errno' in error ? error.errno : undefined
  const known = typeof errno === 'number' ? getSystemErrorMap().get(errno) : undefined
  if (known !== undefined) return `${known[1]} (${known[0]})`
  return error instanceof Error ? error.message : String(error)
}

/** The one place where an error of the system becomes the adapter's own. An I/O error leaves open what happened. */
export const toTrouble = (error: unknown): Trouble => {
  if (error instanceof Trouble) return error
  const code = codeOf(error)
  if (code.startsWith('ERR_')) return new Trouble('Malformed', words(error))
  const tag = TAGS.get(code) ?? 'Unavailable'
  return new Trouble(tag, words(error), tag === 'Unavailable')
}

/** The same trouble, met after part of the work had been done. */
export const afterwards = (error: unknown): Trouble => {
  const { tag, message } = toTrouble(error)
  return new Trouble(tag, message, true)
}

/** Runs file work as a value: whatever is thrown in it comes out on the left, translated. */
export const attempt = <A>(asked: string, of: string, work: () => Promise<A>): TE.TaskEither<Failure, A> =>
  TE.tryCatch(work, (error) => {
    const { tag, message, mayHaveHappened } = toTrouble(error)
    return failure(tag, asked, of, message, {
      mayHaveHappened,
      ...(tag === 'Unavailable' ? { unreached: 'broken' as const } : {}),
    })
  })
