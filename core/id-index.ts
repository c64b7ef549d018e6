import { type Either, left, right } from 'fp-ts/lib/Either.js'

/** How looking up a shortened id failed. `ambiguous` names a few of those that it fits. */
export type IdMiss =
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly matches: readonly string[]; readonly count: number }

const SHOWN = 5

/**
 * The one id that a shortened id stands for: itself where it is whole, else the only one that it begins
 * (reference: truncindex). The empty prefix fits none.
 *
 * @example
 * resolveId(['abc', 'abd'], 'abc') // right('abc')
 */
export const resolveId = (ids: readonly string[], prefix: string): Either<IdMiss, string> => {
  if (prefix === '') return left({ kind: 'none' })
  if (ids.includes(prefix)) return right(prefix)
  const [first, ...others] = [...new Set(ids.filter((id) => id.startsWith(prefix)))].sort()
  if (first === undefined) return left({ kind: 'none' })
  if (others.length === 0) return right(first)
  return left({ kind: 'ambiguous', matches: [first, ...others].slice(0, SHOWN), count: others.length + 1 })
}
