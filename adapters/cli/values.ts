import { InvalidArgumentError } from '@commander-js/extra-typings'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const LONGEST_MS = 24 * 3_600_000

/**
 * A duration as Go writes it, in whole ms.
 *
 * @example
 * parseDuration('1m30s') // right(90000)
 */
export const parseDuration = (text: string): Either<string, number> => {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text))
    return left('A duration looks like 10s, 500ms or 1m30s.')
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  const ms = Math.round(
    parts.reduce((sum, [, count, unit]) => sum + Number(count) * (MS[unit ?? ''] ?? 0), 0),
  )
  return ms >= 1 && ms <= LONGEST_MS ? right(ms) : left('It must lie between 1ms and 24h.')
}

/** A whole number within bounds, in plain decimal digits. */
export const parseWhole =
  (least: number, most: number) =>
  (text: string): Either<string, number> => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    return value >= least && value <= most
      ? right(value)
      : left(`It must be a whole number from ${least} to ${most}.`)
  }

/** Text that says something. */
export const parseText = (text: string): Either<string, string> =>
  text.trim() === '' ? left('It must not be empty.') : right(text)

/** A parser as commander wants it: commander learns of a bad value by an exception, and by nothing else. */
export const orRefuse =
  <A>(parse: (text: string) => Either<string, A>) =>
  (text: string): A => {
    const value = parse(text)
    if (isLeft(value)) throw new InvalidArgumentError(value.left)
    return value.right
  }
