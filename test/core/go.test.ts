import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import {
  dictionary,
  flag,
  foldKey,
  type Go,
  int32,
  int64,
  list,
  pointer,
  struct,
  text,
  uint32,
  uint64,
} from '../../core/go.js'
import { parseJson } from '../../core/json.js'
import { RUNS } from '../support/runs.js'

const read = <A>(of: Go<A>, document: string) => of.read(rightOf(parseJson(document)), of.zero, 'it')
const valueIn = <A>(of: Go<A>, document: string): A => rightOf(read(of, document))
const misfitOf = <A>(of: Go<A>, document: string): string => leftOf(read(of, document))

const status = struct({ Version: text, Task: text, CreatedAt: int64 })

describe('a key', () => {
  it('matches whatever its case', () => {
    expect(valueIn(status, '{"VERSION":"a","cReAtEdAt":1}')).toEqual({
      Version: 'a',
      Task: '',
      CreatedAt: 1n,
    })
  })
  it('matches with the two letters outside of ASCII that fold into it', () => {
    expect(valueIn(status, '{"Ver\u017fion":"long s","Tas\u212a":"Kelvin"}')).toMatchObject({
      Version: 'long s',
      Task: 'Kelvin',
    })
    expect(foldKey('\u017fK\u212aA')).toBe('skka')
  })
  it('does not match with letters that only a language folds', () => {
    expect(foldKey('\u0130\u0131\u00c4')).toBe('\u0130\u0131\u00c4')
    expect(valueIn(status, '{"Vers\u0131on":"a"}').Version).toBe('')
  })
  it('that stands there again wins, whether its case is exact or not', () => {
    expect(valueIn(status, '{"Version":"exact","version":"folded"}').Version).toBe('folded')
    expect(valueIn(status, '{"version":"folded","Version":"exact"}').Version).toBe('exact')
  })
  it('goes to the field that is spelled so, where two differ in case alone', () => {
    const both = struct({ id: text, ID: text })
    expect(valueIn(both, '{"ID":"upper","id":"lower"}')).toEqual({ ID: 'upper', id: 'lower' })
  })
  it('that is not known is passed over, whatever stands there', () => {
    expect(valueIn(status, '{"New":{"a":[1e400]},"__proto__":{"Version":"x"},"CreatedAt":2}')).toEqual({
      Version: '',
      Task: '',
      CreatedAt: 2n,
    })
  })
  it('that is missing leaves the zero value', () => {
    expect(valueIn(status, '{}')).toEqual(status.zero)
    expect(status.zero).toEqual({ Version: '', Task: '', CreatedAt: 0n })
    expect(valueIn(struct({ on: flag, at: uint32 }), '{}')).toEqual({ on: false, at: 0 })
  })
})

describe('null', () => {
  it('leaves what stood there', () => {
    expect(valueIn(status, '{"Version":"v1","CreatedAt":5,"Version":null,"createdat":null}')).toMatchObject({
      Version: 'v1',
      CreatedAt: 5n,
    })
    expect(valueIn(status, 'null')).toEqual(status.zero)
    expect(valueIn(struct({ on: flag }), '{"on":true,"on":null}')).toEqual({ on: true })
    expect(valueIn(struct({ of: status }), '{"of":{"Task":"t"},"of":null}').of.Task).toBe('t')
  })
  it('empties a pointer, a list and a map', () => {
    const all = struct({ p: pointer(text), l: list(text), m: dictionary(text) })
    expect(valueIn(all, '{"p":"a","l":["a"],"m":{"a":"b"},"p":null,"l":null,"m":null}')).toEqual(all.zero)
    expect(all.zero).toEqual({ p: null, l: [], m: new Map() })
  })
})

describe('a whole number', () => {
  it.each([
    [int64, -(2n ** 63n), 2n ** 63n - 1n],
    [uint64, 0n, 2n ** 64n - 1n],
    [int32, -(2 ** 31), 2 ** 31 - 1],
    [uint32, 0, 2 ** 32 - 1],
  ] as const)('is read up to its ends and no further (%#)', (of, least, most) => {
    const wide: Go<bigint | number> = of
    expect(valueIn(wide, String(least))).toBe(least)
    expect(valueIn(wide, String(most))).toBe(most)
    expect(misfitOf(wide, String(BigInt(least) - 1n))).toMatch(/expected an/)
    expect(misfitOf(wide, String(BigInt(most) + 1n))).toMatch(/expected an/)
  })
  it.each(['1.0', '1e3', '1E0', '-0.0', '1'.repeat(400)])('is not %s', (number) => {
    expect(misfitOf(int64, number)).toBe('it: expected an integer of 64 bits, got a number')
  })
  it('may be written -0 where it may be negative', () => {
    expect(valueIn(int64, '-0')).toBe(0n)
    expect(misfitOf(uint64, '-0')).toBe('it: expected an unsigned integer of 64 bits, got a number')
  })
  it('keeps every digit', () => {
    fc.assert(
      fc.property(arbitrary.int64, (n) => {
        expect(valueIn(int64, String(n))).toBe(n)
      }),
      { numRuns: RUNS },
    )
  })
})

describe('a wrong type', () => {
  it.each([
    [text, '1', 'a string, got a number'],
    [text, '{}', 'a string, got a object'],
    [flag, '"true"', 'a boolean, got a string'],
    [int64, '"1"', 'an integer of 64 bits, got a string'],
    [int32, 'true', 'an integer of 32 bits, got a boolean'],
    [status, '[]', 'an object, got a array'],
    [list(text), '{}', 'an array, got a object'],
    [dictionary(text), '[]', 'an object, got a array'],
    [pointer(text), '1', 'a string, got a number'],
  ] as const)('fails the whole (%#)', (of, document, message) => {
    const any: Go<unknown> = of
    expect(misfitOf(any, document)).toBe(`it: expected ${message}`)
  })
  it('is named with its place', () => {
    const deep = struct({ linux: pointer(struct({ limits: list(pointer(struct({ limit: uint64 }))) })) })
    expect(misfitOf(deep, '{"LINUX":{"limits":[null,{"limit":-1}]}}')).toBe(
      'it.linux.limits[1].limit: expected an unsigned integer of 64 bits, got a number',
    )
    expect(misfitOf(dictionary(text), '{"a":1}')).toBe('it.a: expected a string, got a number')
  })
  it('fails it even where a later key of the same name would do', () => {
    expect(misfitOf(status, '{"Version":1,"Version":"v1"}')).toMatch(/^it.Version/)
  })
})

describe('what is nested', () => {
  const nested = struct({ at: pointer(struct({ a: text, b: text })), all: list(struct({ a: text })) })
  it('is merged into what an earlier key of the same name left, but for lists', () => {
    expect(valueIn(nested, '{"at":{"a":"1"},"all":[{"a":"x"},{"a":"y"}],"at":{"b":"2"},"all":[{}]}')).toEqual(
      {
        at: { a: '1', b: '2' },
        all: [{ a: '' }],
      },
    )
  })
  it('keeps a map’s keys exact, and merges them', () => {
    expect([...valueIn(dictionary(text), '{"a":"1","A":"2","__proto__":"3","a":"4","n":null}')]).toEqual([
      ['a', '4'],
      ['A', '2'],
      ['__proto__', '3'],
      ['n', ''],
    ])
    const merged = valueIn(struct({ m: dictionary(text) }), '{"m":{"a":"1"},"M":{"b":"2"}}')
    expect([...merged.m.keys()]).toEqual(['a', 'b'])
  })
  it('leaves nothing of one document to the next', () => {
    const twice = struct({ m: dictionary(text) })
    expect(valueIn(twice, '{"m":{"a":"1"},"m":{"b":"2"}}').m.size).toBe(2)
    expect(valueIn(twice, '{"m":{"c":"3"},"m":{}}').m).toEqual(new Map([['c', '3']]))
    expect(twice.zero.m.size).toBe(0)
  })
  it('merges maps of a key that stands there very often, and is done', () => {
    const often = Array.from({ length: 50_000 }, (_, at) => `"m":{"${at}":""}`).join(',')
    expect(valueIn(struct({ m: dictionary(text) }), `{${often}}`).m.size).toBe(50_000)
  })
})
