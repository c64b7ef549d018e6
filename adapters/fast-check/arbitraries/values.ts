import fc from 'fast-check'
import type { Facts } from '../../../core/amendments.js'
import type { Json } from '../../../core/json.js'
import type { Status } from '../../../core/status.js'

const MAX_INT64 = 2n ** 63n - 1n
const MIN_INT64 = -(2n ** 63n)

/** Any int64, its ends and 0 often. */
export const int64: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, MAX_INT64, MIN_INT64, 2n ** 53n + 1n),
  fc.bigInt({ min: MIN_INT64, max: MAX_INT64 }),
)

export const uint32: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 255, 2 ** 31, 2 ** 32 - 1),
  fc.nat({ max: 2 ** 32 - 1 }),
)

/** Text without halves of surrogate pairs, as a file in UTF-8 can hold it. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', '__proto__', 'constructor', '\u2028', '"\\/\b\f\n\r\t\0'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** The text of a JSON number, in every form that the grammar has. */
const numberText: fc.Arbitrary<string> = fc.oneof(
  int64.map(String),
  fc.constantFrom('-0', '0.10', '1e400', '1E-5', '-12.5e+30', '18446744073709551616'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
)

/** Any JSON document: keys in any order, repeated keys too. */
export const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    fc.constant<Json>({ kind: 'null' }),
    fc.boolean().map((value): Json => ({ kind: 'boolean', value })),
    numberText.map((text): Json => ({ kind: 'number', text })),
    text.map((value): Json => ({ kind: 'string', value })),
    fc.array(tie('value'), { maxLength: 4 }).map((items): Json => ({ kind: 'array', items })),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 4 })
      .map((entries): Json => ({ kind: 'object', entries })),
  ),
})).value

/** Any status that a checkpoint can hold. */
export const status: fc.Arbitrary<Status> = fc.record({
  pid: uint32,
  createdAt: int64,
  startedAt: int64,
  finishedAt: int64,
  exitCode: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  reason: text,
  message: text,
  unknown: fc.constant(false),
})

export const facts: fc.Arbitrary<Facts> = fc.record({
  now: int64,
  recordedAt: int64,
  pid: uint32,
  exitStatus: uint32,
  exitedAt: fc.option(int64),
  oomKilled: fc.boolean(),
  aliveAt: int64,
})
