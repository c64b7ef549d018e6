import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Failure, type FailureTag, failure } from '../../ports/failure.js'

/** What this adapter has to say against going on; thrown inside it, never out of it. */
export class Trouble extends Error {
  readonly tag: FailureTag
  constructor(tag: FailureTag, said: string) {
    super(said)
    this.tag = tag
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

export const said = (error: unknown): string =>
  error instanceof Trouble || codeOf(error) === ''
    ? error instanceof Error
      ? error.message
      : String(error)
    : codeOf(error)

const TAGS: ReadonlyMap<string, FailureTag> = new Map<string, FailureTag>([
  ['ENOENT', 'NotFound'],
  ['ENOSPC', 'Exhausted'],
  ['EDQUOT', 'Exhausted'],
  ['EMFILE', 'Exhausted'],
  ['ENFILE', 'Exhausted'],
  ['EIO', 'Unavailable'],
])

/** Runs file work as a value. */
export const attempt = <A>(asked: string, of: string, work: () => Promise<A>): TE.TaskEither<Failure, A> =>
  TE.tryCatch(work, (error) =>
    failure(
      error instanceof Trouble ? error.tag : (TAGS.get(codeOf(error)) ?? 'Denied'),
      asked,
      of,
      said(error),
    ),
  )
