import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import type { Failure, FailureTag } from '../../ports/failure.js'
import { holds } from './target.js'

/** What may come out of a port, whatever comes in at the other end. */

const TAGS: Readonly<Record<FailureTag, true>> = {
  NotFound: true,
  AlreadyExists: true,
  TimedOut: true,
  Unavailable: true,
  Denied: true,
  Malformed: true,
  Exhausted: true,
}

const UINT64 = 2n ** 64n

/** Numbers that are whole and hold what they say, all the way down. */
const isSound = (value: unknown): boolean => {
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'bigint') return value > -UINT64 && value < UINT64
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value !== undefined
  if (value instanceof Map) return [...value].every(isSound)
  return Object.values(value).every((each) => typeof each === 'function' || isSound(each))
}

export const checkFailure = ({ tag, asked, of, said }: Failure): void => {
  holds(TAGS[tag] === true, `a failure of no kind: ${tag}`)
  holds(
    [asked, of, said].every((word) => typeof word === 'string'),
    'a failure without words',
  )
}

/** A value, or one of the ports’ failures. */
export const checkAnswer = (answer: Either<Failure, unknown>): void => {
  if (isLeft(answer)) checkFailure(answer.left)
  else if (answer.right !== undefined) holds(isSound(answer.right), 'a number that is none')
}
