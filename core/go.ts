import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { Json, JsonObject } from './json.js'

/**
 * Decoders with the rules of Go's encoding/json, for files that containerd writes and reads back with it:
 * keys match without regard to ASCII case, the last of a repeated key wins, a missing key is the zero value, `null`
 * leaves what was there, a wrong type or a number out of range fails the whole document, unknown keys are passed over.
 */
export interface Go<A> {
  /** What Go has where the key is missing. */
  readonly zero: A
  /** `prior`: what an earlier key of the same name left behind. The left side names the place and the misfit. */
  read(json: Json, prior: A, place: string): Either<string, A>
}

type Value<G> = G extends Go<infer A> ? A : never

const scalar = <A>(zero: A, expected: string, of: (json: Json) => A | null): Go<A> => ({
  zero,
  read: (json, prior, place) => {
    if (json.kind === 'null') return right(prior)
    const value = of(json)
    return value === null ? left(`${place}: expected ${expected}, got a ${json.kind}`) : right(value)
  },
})

export const text: Go<string> = scalar('', 'a string', (json) => (json.kind === 'string' ? json.value : null))
export const flag: Go<boolean> = scalar(false, 'a boolean', (json) =>
  json.kind === 'boolean' ? json.value : null,
)

const INTEGER = /^-?[0-9]+$/
const MAX_DIGITS = 20

/** A whole number of `bits` bits. `1.0` and `1e3` are none for Go either. */
const integer = (bits: number, signed: boolean): Go<bigint> =>
  scalar(0n, `${signed ? 'an' : 'an unsigned'} integer of ${bits} bits`, (json) => {
    if (json.kind !== 'number' || !INTEGER.test(json.text) || json.text.length > MAX_DIGITS) return null
    if (!signed && json.text.startsWith('-')) return null
    const value = BigInt(json.text)
    return (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)) === value ? value : null
  })

const narrow = (wide: Go<bigint>): Go<number> => ({
  zero: 0,
  read: (json, prior, place) => {
    const value = wide.read(json, BigInt(prior), place)
    return value._tag === 'Left' ? value : right(Number(value.right))
  },
})

export const int64: Go<bigint> = integer(64, true)
export const uint64: Go<bigint> = integer(64, false)
export const int32: Go<number> = narrow(integer(32, true))
export const uint32: Go<number> = narrow(integer(32, false))

/** Go's folding: ASCII case, and the two letters outside ASCII that fold into it, of which one is lowered so anyhow. */
export const foldKey = (key: string): string =>
  key.replace(/[A-Z\u017f\u212a]/g, (c) => (c === '\u017f' ? 's' : c.toLowerCase()))

export const struct = <F extends Readonly<Record<string, Go<unknown>>>>(
  fields: F,
): Go<{ readonly [K in keyof F]: Value<F[K]> }> => {
  type A = { readonly [K in keyof F]: Value<F[K]> }
  const byName = new Map(Object.entries(fields).map(([name, field]) => [name, { name, field }]))
  const byFold = new Map([...byName.values()].map((each) => [foldKey(each.name), each]))
  const fieldOf = (key: string) => byName.get(key) ?? byFold.get(foldKey(key))
  // Built from `fields` alone, key by key, so it has the shape that A says.
  const shaped = (values: ReadonlyMap<string, unknown>): A => Object.fromEntries(values) as A
  const zero = new Map(Object.entries(fields).map(([name, field]) => [name, field.zero]))
  return {
    zero: shaped(zero),
    read: (json, prior, place) => {
      if (json.kind === 'null') return right(prior)
      if (json.kind !== 'object') return left(`${place}: expected an object, got a ${json.kind}`)
      const values = new Map<string, unknown>(Object.entries(prior))
      for (const [key, member] of json.entries) {
        const found = fieldOf(key)
        if (found === undefined) continue
        const { name, field } = found
        const value = field.read(member, values.get(name), `${place}.${name}`)
        if (value._tag === 'Left') return value
        values.set(name, value.right)
      }
      return right(shaped(values))
    },
  }
}

/** What is read, and the object that it was read from; of several under one key, the last. */
export const withSource = <A>(of: Go<A>): Go<{ readonly value: A; readonly source: JsonObject }> => ({
  zero: { value: of.zero, source: { kind: 'object', entries: [] } },
  read: (json, prior, place) => {
    const value = of.read(json, prior.value, place)
    return value._tag === 'Left'
      ? value
      : right({ value: value.right, source: json.kind === 'object' ? json : prior.source })
  },
})

/** A pointer: `null` and a missing key are null. */
export const pointer = <A>(to: Go<A>): Go<A | null> => ({
  zero: null,
  read: (json, prior, place) => (json.kind === 'null' ? right(null) : to.read(json, prior ?? to.zero, place)),
})

export const list = <A>(of: Go<A>): Go<readonly A[]> => ({
  zero: [],
  read: (json, _prior, place) => {
    if (json.kind === 'null') return right([])
    if (json.kind !== 'array') return left(`${place}: expected an array, got a ${json.kind}`)
    const items: A[] = []
    for (const [at, item] of json.items.entries()) {
      const value = of.read(item, of.zero, `${place}[${at}]`)
      if (value._tag === 'Left') return value
      items.push(value.right)
    }
    return right(items)
  },
})

/** A Go map: keys are exact, and a Map keeps `__proto__` an ordinary key. */
export const dictionary = <A>(of: Go<A>): Go<ReadonlyMap<string, A>> => {
  const zero: ReadonlyMap<string, A> = new Map()
  return {
    zero,
    read: (json, prior, place) => {
      if (json.kind === 'null') return right(new Map())
      if (json.kind !== 'object') return left(`${place}: expected an object, got a ${json.kind}`)
      // What an earlier key left belongs to this document alone. Copied for each of many such keys, it would take
      // the square of their number.
      const values: Map<string, A> = prior !== zero && prior instanceof Map ? prior : new Map(prior)
      for (const [key, member] of json.entries) {
        const value = of.read(member, of.zero, `${place}.${key}`)
        if (value._tag === 'Left') return value
        values.set(key, value.right)
      }
      return right(values)
    },
  }
}
