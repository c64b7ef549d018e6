import fc from 'fast-check'
import { encodeCheckpoint } from '../../../core/checkpoint.js'
import { type Json, type JsonObject, printJson } from '../../../core/json.js'
import type { CheckpointFile, FileKind } from '../../../core/records.js'
import { WRITTEN } from '../worlds.js'
import { hostileText } from './names.js'
import { json, status, text } from './values.js'

/** What stands at the place of a checkpoint. */

const object: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(text, json), { maxLength: 4 })
  .map((entries) => ({ kind: 'object', entries }))

/** A checkpoint that can be read: any status, beside fields that no version has yet. */
export const checkpointText: fc.Arbitrary<string> = fc
  .tuple(status, fc.option(object))
  .map(([known, rest]) => encodeCheckpoint(known, rest))

const FIELDS = ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Resources']

/** The right names with anything at all under them, some twice, some in another case, as Go lets them be. */
const misfitting: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...FIELDS, ...FIELDS.map((name) => name.toLowerCase()), '__proto__'),
      fc.oneof(json, fc.constant<Json>({ kind: 'string', value: 'v1' })),
    ),
    { maxLength: 8 },
  )
  .map((entries) => printJson({ kind: 'object', entries }))

const cut: fc.Arbitrary<string> = fc
  .tuple(checkpointText, fc.nat())
  .map(([whole, at]) => whole.slice(0, at % (whole.length + 1)))

const flipped: fc.Arbitrary<string> = fc
  .tuple(checkpointText, fc.nat(), fc.nat({ max: 7 }))
  .map(([whole, at, bit]) => {
    const bytes = Buffer.from(whole)
    bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ (1 << bit), at % bytes.length)
    return bytes.toString()
  })

const deep: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('[', '{"a":'), fc.constantFrom(200, 300, 20_000))
  .map(([open, depth]) => `{"Version":"v1","New":${open.repeat(depth)}`)

/** What a crash, a failing disk, a later version or an enemy leaves in its place. */
export const hostileCheckpointText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(WRITTEN.empty, WRITTEN.garbage, WRITTEN.v2, 'null', '[]', '"v1"', '{"Version":"v1"} x'),
  misfitting,
  cut,
  flipped,
  deep,
  hostileText,
)

const others = fc.constantFrom<FileKind>('directory', 'symlink', 'fifo', 'socket', 'device')

/** Anything that can be found there. */
export const checkpointFile: fc.Arbitrary<CheckpointFile> = fc.oneof(
  { weight: 4, arbitrary: checkpointText.map((found): CheckpointFile => ({ kind: 'text', text: found })) },
  {
    weight: 2,
    arbitrary: hostileCheckpointText.map((found): CheckpointFile => ({ kind: 'text', text: found })),
  },
  fc.boolean().map((directory): CheckpointFile => ({ kind: 'missing', directory })),
  fc
    .bigInt({ min: 2n ** 20n + 1n, max: 2n ** 40n })
    .map((bytes): CheckpointFile => ({ kind: 'too-large', bytes })),
  others.map((what): CheckpointFile => ({ kind: 'not-a-file', what })),
  hostileText.map((why): CheckpointFile => ({ kind: 'unreadable', why })),
)
