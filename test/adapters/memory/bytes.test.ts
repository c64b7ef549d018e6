import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { fromBase64, fromUtf8, toUtf8, utf8Length } from '../../../adapters/memory/bytes.js'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Bytes that nearly are characters, which random bytes seldom are. */
const nearly = fc.constantFrom(
  0x00,
  0x41,
  0x7f,
  0x80,
  0x9f,
  0xa0,
  0xbf,
  0xc1,
  0xc2,
  0xe0,
  0xed,
  0xef,
  0xf0,
  0xf4,
  0xf5,
  0xff,
)
const bytes = fc.array(fc.oneof(nearly, fc.integer({ min: 0, max: 255 })), { maxLength: 12 })

it('decodes base64 as Node does', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(fromBase64(Buffer.from(given).toString('base64'))).toEqual(given)
    }),
  )
})

it('decodes UTF-8 as a TextDecoder does', () => {
  fc.assert(
    fc.property(bytes, (given) => {
      expect(fromUtf8(given)).toBe(decoder.decode(Uint8Array.from(given)))
    }),
    { numRuns: 20_000 },
  )
})

it('counts bytes as Node does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text))
    }),
  )
})

/** Some of them half a surrogate pair. */
const units = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd83d, 0xde00, 0x7f, 0x800)),
)

it('encodes UTF-8 as a TextEncoder does', () => {
  fc.assert(
    fc.property(units, (given) => {
      const text = String.fromCharCode(...given)
      expect(toUtf8(text)).toEqual(new TextEncoder().encode(text))
    }),
    { numRuns: 1_000 },
  )
})
