import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/**
 * An object with these keys and no others: a mistyped key of a hand-written document must not be lost without a
 * word, and `__proto__` is never among the known ones.
 */
export const closed = <P extends t.Props>(
  props: P,
): t.Type<Readonly<t.TypeOfProps<P>>, t.OutputOfProps<P>, unknown> => {
  const inner = t.type(props)
  const keys = Object.keys(props)
  const known = new Set(keys)
  return new t.Type(
    'an object',
    inner.is,
    (u, c) => {
      const found = t.UnknownRecord.validate(u, c)
      if (isLeft(found)) return t.failure(u, c)
      const stray = Object.keys(found.right).find((key) => !known.has(key))
      return stray === undefined
        ? inner.validate(u, c)
        : t.failure(
            found.right[stray],
            t.appendContext(c, stray, inner),
            `unknown key; known are ${keys.join(', ')}`,
          )
    },
    inner.encode,
  )
}

/** A key that may be left out of the document; it is left out again where it holds the default. */
export const defaulted = <A, O>(
  codec: t.Type<A, O>,
  value: A,
  same: (a: A) => boolean = (a) => a === value,
): t.Type<A, O | undefined> =>
  new t.Type<A, O | undefined>(
    codec.name,
    codec.is,
    (u, c) => (u === undefined ? t.success(value) : codec.validate(u, c)),
    (a) => (same(a) ? undefined : codec.encode(a)),
  )

export const nullable = <A, O>(codec: t.Type<A, O>): t.Type<A | null, O | null> =>
  new t.Type<A | null, O | null>(
    `${codec.name} or null`,
    (u): u is A | null => u === null || codec.is(u),
    (u, c) => (u === null ? t.success(null) : codec.validate(u, c)),
    (a) => (a === null ? null : codec.encode(a)),
  )

/** A list, read up to the first thing that does not fit: only that is told, and there may be millions. */
export const listOf = <A, O>(codec: t.Type<A, O>): t.Type<readonly A[], readonly O[]> =>
  new t.Type<readonly A[], readonly O[]>(
    'a list',
    (u): u is readonly A[] => Array.isArray(u) && u.every(codec.is),
    (u, c) => {
      if (!Array.isArray(u)) return t.failure(u, c)
      const items: A[] = []
      for (const [n, value] of u.entries()) {
        const item = codec.validate(value, t.appendContext(c, String(n), codec, value))
        if (!isRight(item)) return item
        items.push(item.right)
      }
      return t.success(items)
    },
    (a) => a.map(codec.encode),
  )

/** A list that may be left out. */
export const list = <A, O>(codec: t.Type<A, O>): t.Type<readonly A[], readonly O[] | undefined> =>
  defaulted<readonly A[], readonly O[]>(listOf(codec), [], (a) => a.length === 0)

export const oneOf = <const T extends string>(values: readonly T[]): t.Type<T, T> => {
  const known = new Set<unknown>(values)
  const is = (u: unknown): u is T => known.has(u)
  return new t.Type<T, T>(
    `one of ${values.join(', ')}`,
    is,
    (u, c) => (is(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  )
}

export const string: t.Type<string, string> = new t.Type(
  'a string',
  t.string.is,
  (u, c) => (t.string.is(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
)

export const boolean: t.Type<boolean, boolean> = new t.Type(
  'true or false',
  t.boolean.is,
  (u, c) => (t.boolean.is(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
)

/** A string of the given form, of at most so many characters. */
export const form = (
  name: string,
  pattern: RegExp,
  most = Number.POSITIVE_INFINITY,
): t.Type<string, string> =>
  new t.Type(
    name,
    t.string.is,
    (u, c) => (t.string.is(u) && u.length <= most && pattern.test(u) ? t.success(u) : t.failure(u, c)),
    t.identity,
  )

/** An int64, which JSON's readers would round: text in the document, a bigint in memory. */
export const decimal = (name: string, pattern: RegExp): t.Type<bigint, string> => {
  const is = (u: unknown): u is bigint => typeof u === 'bigint' && BigInt.asIntN(64, u) === u
  return new t.Type(
    name,
    is,
    (u, c) => {
      const value = t.string.is(u) && pattern.test(u) ? BigInt(u) : null
      return is(value) ? t.success(value) : t.failure(u, c)
    },
    String,
  )
}

export const integer = (name: string, least: number, most: number): t.Type<number, number> => {
  const is = (u: unknown): u is number => Number.isInteger(u) && Number(u) >= least && Number(u) <= most
  return new t.Type(name, is, (u, c) => (is(u) ? t.success(u) : t.failure(u, c)), t.identity)
}

/** An object whose keys are names from outside: a Map in memory, so that no name can reach a prototype. */
export const mapOf = <A, O>(
  codec: t.Type<A, O>,
): t.Type<ReadonlyMap<string, A>, { readonly [key: string]: O }> =>
  new t.Type<ReadonlyMap<string, A>, { readonly [key: string]: O }>(
    'an object',
    (u): u is ReadonlyMap<string, A> => u instanceof Map,
    (u, c) => {
      if (!t.UnknownRecord.is(u)) return t.failure(u, c)
      const entries = new Map<string, A>()
      for (const [key, value] of Object.entries(u)) {
        const at = t.appendContext(c, key, codec, value)
        if (key === '__proto__') return t.failure(value, at, 'this key is refused')
        const entry = codec.validate(value, at)
        if (!isRight(entry)) return entry
        entries.set(key, entry.right)
      }
      return t.success(entries)
    },
    (a) => Object.fromEntries([...a].map(([key, value]) => [key, codec.encode(value)])),
  )
