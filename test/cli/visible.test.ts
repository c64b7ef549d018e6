import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visible, visibleJson } from '../../adapters/cli/visible.js'

/** Every code point that may be obeyed, as likely as one that is only shown. */
const OBEYED = Array.from({ length: 0x2100 }, (_, point) => String.fromCodePoint(point)).filter((character) =>
  /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(character),
)
const hostile = fc.string({
  unit: fc.oneof(fc.constantFrom(...OBEYED), fc.string({ unit: 'binary', maxLength: 1 })),
})

describe('text from outside, shown on a terminal', () => {
  it.each([
    ['an escape sequence', 'web\u001b[2Jweb', 'web\\x1b[2Jweb'],
    ['a line break', 'a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['a null and a delete', '\u0000\u007f', '\\x00\\x7f'],
    ['a C1 control sequence', '\u009b31m', '\\x9b31m'],
    ['marks of direction', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['embeddings and overrides', '\u202a\u202b\u202c\u202d\u202e', '\\u202a\\u202b\\u202c\\u202d\\u202e'],
    ['isolates', '\u2066\u2067\u2068\u2069', '\\u2066\\u2067\\u2068\\u2069'],
    ['separators of lines', '\u2028\u2029', '\\u2028\\u2029'],
    ['half a surrogate pair', 'a\ud800b', 'a\\ud800b'],
  ])('has %s written out', (_what, text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it.each(['storefront-6f5d9c7b8', 'größer', '商店', '🛒 cart', ''])('leaves %j as it is', (text) => {
    expect(visible(text)).toBe(text)
  })

  it('never holds what a terminal obeys, whatever it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u)
      }),
    )
  })

  it('as JSON keeps its value', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = visibleJson(JSON.stringify({ text }, null, 2))
        expect(JSON.parse(json)).toEqual({ text })
        expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      }),
    )
  })
})
