import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { parseJson, printJson } from '../../core/json.js'
import { RUNS } from '../support/runs.js'

const isRead = (text: string): boolean => parseJson(text)._tag === 'Right'

const isReadByNode = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Text that is JSON, nearly JSON, or nothing like it. */
const roughly: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom(...' \t\n{}[]:,"\\/0123456789.eE+-truefalsn\u0001\u007f') }),
  fc
    .tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 2 }))
    .map(([text, at, gone, put]) => {
      const from = at % (text.length + 1)
      return text.slice(0, from) + put + text.slice(from + gone)
    }),
)

describe('a JSON document', () => {
  it('is read back as the value that was printed', () => {
    fc.assert(
      fc.property(arbitrary.json, (json) => {
        expect(rightOf(parseJson(printJson(json)))).toEqual(json)
      }),
      { numRuns: RUNS },
    )
  })
  it('is read as JSON.parse reads it, where that loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(JSON.parse(printJson(rightOf(parseJson(text))))).toEqual(JSON.parse(text))
      }),
      { numRuns: RUNS },
    )
  })
  it('is refused where JSON.parse refuses it, and nowhere else', () => {
    fc.assert(
      fc.property(roughly, (text) => {
        expect(isRead(text)).toBe(isReadByNode(text))
      }),
      { numRuns: RUNS * 4 },
    )
  })
  it('is refused when it is cut anywhere', () => {
    const document = fc
      .oneof(fc.object(), fc.array(fc.jsonValue()), fc.string({ unit: 'binary' }))
      .map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(document, (text) => {
        for (let length = 0; length < text.length; length += 1)
          expect(isRead(text.slice(0, length))).toBe(false)
      }),
      { numRuns: RUNS / 5 },
    )
  })
  it.each(['[1,]', '{"a":1,}', '{,}', '01', '1.', '.5', '+1', '-', '0x1', 'NaN', 'nul', 'truefalse', "'a'"])(
    '%s is none',
    (text) => expect(isRead(text)).toBe(false),
  )
  it('may have space around every part of it, and no other characters', () => {
    expect(printJson(rightOf(parseJson(' \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } } \n')))).toBe(
      '{"a":[1,2],"b":{}}',
    )
    for (const stray of ['\u00a0', '\ufeff', '\v', '\f', '\u2028']) expect(isRead(`${stray}1`)).toBe(false)
  })
  it('says what was expected where', () => {
    expect(leftOf(parseJson('{"a" 1}'))).toBe('expected a colon at character 5')
    expect(leftOf(parseJson('{1:2}'))).toBe('expected a string at character 1')
    expect(leftOf(parseJson('[1 2]'))).toBe('expected a comma or ] at character 3')
    expect(leftOf(parseJson(''))).toBe('expected a value at character 0')
    expect(leftOf(parseJson('1 2'))).toBe('unexpected text at character 2')
  })
})

describe('a number', () => {
  it.each(['9223372036854775807', '-9223372036854775808', '1e400', '-0', '0.10', '1E+2'])(
    'keeps its text: %s',
    (text) => expect(rightOf(parseJson(text))).toEqual({ kind: 'number', text }),
  )
})

describe('an object', () => {
  it('keeps its keys in order, repeated ones too', () => {
    const text = '{"b":1,"a":2,"b":3,"B":4}'
    expect(printJson(rightOf(parseJson(text)))).toBe(text)
  })
  it('may have a key __proto__, which is a key like any other', () => {
    const read = rightOf(parseJson('{"__proto__":{"polluted":true},"constructor":1}'))
    expect(printJson(read)).toBe('{"__proto__":{"polluted":true},"constructor":1}')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

describe('nesting', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  it('is read to the depth of 256', () => {
    expect(isRead(nested(256))).toBe(true)
    expect(isRead(`${'{"a":'.repeat(256)}{}${'}'.repeat(256)}`)).toBe(true)
  })
  it('is refused beyond it, however deep, and never thrown', () => {
    expect(leftOf(parseJson('['.repeat(1_000_000)))).toBe('nested deeper than 256 at character 257')
    expect(leftOf(parseJson('{"a":'.repeat(1_000_000)))).toMatch(/nested deeper than 256/)
    expect(isRead(nested(300))).toBe(false)
  })
})

describe('values', () => {
  it('are refused where there are more than memory should be taken for, however short they are', () => {
    const text = `[${'0,'.repeat(2_000_000)}`
    expect(leftOf(parseJson(text))).toBe('more than 2000000 values at character 3999999')
  })
})

describe('a string', () => {
  it('has each half of a surrogate pair that stands alone replaced, as Go does', () => {
    expect(rightOf(parseJson('"a\\ud800b\\udc00\\udc00\\ud83d\\ude00"'))).toEqual({
      kind: 'string',
      value: 'a\ufffdb\ufffd\ufffd😀',
    })
    expect(rightOf(parseJson('{"\\ud800":"\ud800"}'))).toEqual({
      kind: 'object',
      entries: [['\ufffd', { kind: 'string', value: '\ufffd' }]],
    })
  })
  it('holds no raw control character', () => {
    for (let code = 0; code < 0x20; code += 1)
      expect(isRead(`"${String.fromCharCode(code)}"`), `U+${code.toString(16)}`).toBe(false)
    expect(isRead('"\u007f\u0080\u2028"')).toBe(true)
  })
  it('knows the escapes of JSON and no others', () => {
    expect(rightOf(parseJson('"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041"'))).toEqual({
      kind: 'string',
      value: '"\\/\b\f\n\r\tA',
    })
    for (const wrong of ['\\a', '\\x41', '\\u12', '\\u12g4', '\\', "\\'"])
      expect(isRead(`"${wrong}"`)).toBe(false)
  })
  it('may be long', () => {
    const long = 'x'.repeat(2_000_000)
    expect(rightOf(parseJson(`"${long}\\n"`))).toEqual({ kind: 'string', value: `${long}\n` })
  })
})
