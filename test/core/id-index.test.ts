import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { resolveId } from '../../core/id-index.js'

describe('a shortened id', () => {
  const ids = ['abc', 'abd', 'xyz', 'abcdef']
  it('stands for the only id that it begins', () => expect(rightOf(resolveId(ids, 'x'))).toBe('xyz'))
  it('that is whole stands for itself, though it begins another', () =>
    expect(rightOf(resolveId(ids, 'abc'))).toBe('abc'))
  it('that begins none stands for none', () => {
    expect(leftOf(resolveId(ids, 'b'))).toEqual({ kind: 'none' })
    expect(leftOf(resolveId(ids, 'xyzz'))).toEqual({ kind: 'none' })
  })
  it('that is empty stands for none, even of one', () =>
    expect(leftOf(resolveId(['a'], ''))).toEqual({ kind: 'none' }))
  it('that begins several is ambiguous, and names some of them in order', () => {
    expect(leftOf(resolveId(ids, 'ab'))).toEqual({
      kind: 'ambiguous',
      matches: ['abc', 'abcdef', 'abd'],
      count: 3,
    })
    const many = Array.from({ length: 9 }, (_, n) => `a${9 - n}`)
    expect(leftOf(resolveId(many, 'a'))).toEqual({
      kind: 'ambiguous',
      matches: ['a1', 'a2', 'a3', 'a4', 'a5'],
      count: 9,
    })
  })
  it('is not ambiguous for an id that is there twice', () =>
    expect(rightOf(resolveId(['abc', 'abc'], 'a'))).toBe('abc'))
})
