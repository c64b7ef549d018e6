/** Inputs made of others, by chance that a seed repeats. */

export interface Chance {
  /** A whole number from 0 up to, not including, `below`. */
  readonly below: (below: number) => number
  readonly oneOf: <A>(of: readonly [A, ...A[]]) => A
}

/** Mulberry32: small, and the same on every machine. */
export const chance = (seed: number): Chance => {
  let state = seed >>> 0
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit)
  }
  return { below, oneOf: (of) => of[below(of.length)] ?? of[0] }
}

/** Where somebody else's words come from: the format's tokens, and another input. */
export interface Larder {
  readonly tokens: readonly string[]
  readonly other: Uint8Array
}

/** What an input may grow to, and what most are kept to: the more there are in a second, the better. */
const MOST = 64 * 1024
const MOSTLY = 2048

const BYTES = [0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xff] as const
const LENGTHS = [0, 1, 0x7f, 0x80, 0xffff, 0x400000, 0x400001, 0x7fffffff, 0x80000000, 0xffffffff] as const
const NUMBERS = [
  '-1',
  '1e400',
  '-0',
  '4294967296',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551616',
  '9'.repeat(400),
] as const

const replaced = (bytes: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])

const changed = (bytes: Uint8Array, change: (copy: Buffer) => void): Uint8Array => {
  const copy = Buffer.from(bytes)
  change(copy)
  return copy
}

/** Every other time near the beginning, where headers are. */
const place = ({ below }: Chance, { length }: Uint8Array): number =>
  below(2) === 0 ? below(length + 1) : below(Math.min(length + 1, 2 ** below(7)))

/** A stretch of it, short ones more often. */
const stretch = (by: Chance, bytes: Uint8Array): readonly [from: number, to: number] => {
  const { below } = by
  const { length } = bytes
  const from = place(by, bytes)
  return [from, Math.min(length, from + 1 + below(2 ** below(11)))]
}

type Mutation = (bytes: Uint8Array, by: Chance, larder: Larder) => Uint8Array

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, by) =>
    changed(bytes, (copy) => {
      const at = by.below(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << by.below(8))
    }),
  (bytes, by) => changed(bytes, (copy) => copy.fill(by.oneOf(BYTES), ...stretch(by, copy))),
  (bytes, by) => replaced(bytes, ...stretch(by, bytes), Uint8Array.of(by.oneOf(BYTES))),
  (bytes, by) => replaced(bytes, ...stretch(by, bytes), new Uint8Array(0)),
  (bytes, by) => bytes.subarray(0, by.below(bytes.length + 1)),
  (bytes, by) => {
    const [from, to] = stretch(by, bytes)
    const times = 1 + by.below(2 ** by.below(12))
    return replaced(
      bytes,
      to,
      to,
      Buffer.alloc(Math.min(MOST, (to - from) * times), bytes.subarray(from, to)),
    )
  },
  (bytes, by, { other }) => replaced(bytes, ...stretch(by, bytes), other.subarray(...stretch(by, other))),
  (bytes, by, { tokens }) => {
    const token = Buffer.from(tokens[by.below(tokens.length)] ?? '', 'latin1')
    const at = place(by, bytes)
    return replaced(bytes, at, by.below(2) === 0 ? at : Math.min(bytes.length, at + token.length), token)
  },
  // Nested: JSON's brackets and protobuf's messages alike.
  (bytes, by, { tokens }) => {
    const token = Buffer.from(tokens[by.below(tokens.length)] ?? '[', 'latin1')
    const at = place(by, bytes)
    return replaced(bytes, at, at, Buffer.alloc(token.length * (1 + by.below(600)), token))
  },
  (bytes, by) => {
    const text = Buffer.from(bytes).toString('latin1')
    const numbers = [...text.matchAll(/-?\d+/g)]
    const number = numbers[by.below(numbers.length)]
    if (number === undefined) return bytes
    const end = number.index + number[0].length
    return replaced(bytes, number.index, end, Buffer.from(by.oneOf(NUMBERS)))
  },
  (bytes, by) =>
    changed(bytes, (copy) => {
      if (copy.length < 4) return
      const at = by.below(copy.length - 3)
      if (by.below(2) === 0) copy.writeUInt32BE(by.oneOf(LENGTHS), at)
      else copy.writeUInt32LE(by.oneOf(LENGTHS), at)
    }),
]

/** A mutant of an input: a few changes, one upon the other. */
export const mutant = (of: Uint8Array, by: Chance, larder: Larder): Uint8Array => {
  const most = by.below(32) === 0 ? MOST : Math.max(MOSTLY, of.length)
  let bytes = of
  for (let changes = 1 + by.below(4); changes > 0; changes -= 1)
    bytes = by.oneOf(MUTATIONS)(bytes, by, larder).subarray(0, most)
  return bytes
}
