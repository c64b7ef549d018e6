import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js'

/** The right side, where a test has no use for anything else. */
export const rightOf = <A>(either: Either<unknown, A>): A => {
  if (isRight(either)) return either.right
  throw new Error(`expected a right side, got left ${JSON.stringify(either.left)}`)
}

/** The left side, where a test has no use for anything else. */
export const leftOf = <E>(either: Either<E, unknown>): E => {
  if (isLeft(either)) return either.left
  throw new Error('expected a left side')
}
