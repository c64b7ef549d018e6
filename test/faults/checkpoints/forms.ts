/** What becomes of a file's bytes on a disk that lies, tears or rots. */

/** Cut before every byte of it; the first is empty. */
export const cuts = (bytes: Buffer): readonly Buffer[] => Array.from(bytes, (_, at) => bytes.subarray(0, at))

export const flipped = (bytes: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at)
  return copy
}

/** Every bit of it, each flipped alone. */
export const flips = (bytes: Buffer): readonly Buffer[] =>
  Array.from(bytes, (_, at) => at).flatMap((at) =>
    Array.from({ length: 8 }, (_, bit) => flipped(bytes, at, bit)),
  )

/** One bit of every byte, another one each time. */
export const someFlips = (bytes: Buffer): readonly Buffer[] =>
  Array.from(bytes, (_, at) => flipped(bytes, at, at % 8))

/** Bytes of the same length that are no text, and such that are text and no checkpoint. */
export const garbage = (bytes: Buffer): readonly Buffer[] => [
  Buffer.alloc(bytes.length),
  Buffer.alloc(bytes.length, 0xff),
  Buffer.from(Array.from(bytes, (_, at) => (at * 151 + 7) % 256)),
  Buffer.from('null'),
  Buffer.from('[]'),
  Buffer.from('{}'),
  Buffer.from('"v1"'),
  Buffer.concat([bytes, bytes]),
  Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
  Buffer.from(`${'['.repeat(100_000)}`),
  Buffer.from('{"Version":"v1","CreatedAt":"yesterday"}'),
  Buffer.from('{"Version":"v1","CreatedAt":9223372036854775808}'),
]

/** One of each kind by name, for where there cannot be thousands. */
export const named = (bytes: Buffer): Readonly<Record<FormName, Buffer>> => ({
  empty: Buffer.alloc(0),
  'cut-first': bytes.subarray(0, 1),
  'cut-middle': bytes.subarray(0, bytes.length >> 1),
  'cut-last': bytes.subarray(0, bytes.length - 1),
  zeros: Buffer.alloc(bytes.length),
  garbage: Buffer.from(Array.from(bytes, (_, at) => (at * 151 + 7) % 256)),
  'bit-of-brace': flipped(bytes, 0, 1),
  // Readable, and without a start: the key is another one.
  'bit-of-key': flipped(bytes, bytes.indexOf('StartedAt'), 0),
})

export const FORM_NAMES = [
  'empty',
  'cut-first',
  'cut-middle',
  'cut-last',
  'zeros',
  'garbage',
  'bit-of-brace',
  'bit-of-key',
] as const
export type FormName = (typeof FORM_NAMES)[number]
