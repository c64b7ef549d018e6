import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { struct, text, withSource } from '../../core/go.js'
import { parseJson } from '../../core/json.js'

const wrapped = struct({ Metadata: withSource(struct({ ID: text })) })
const attempt = (document: string) => wrapped.read(rightOf(parseJson(document)), wrapped.zero, 'it')
const read = (document: string) => rightOf(attempt(document)).Metadata
const objectOf = (document: string) => rightOf(parseJson(document))

describe('what is read with its source', () => {
  it('has the object beside it, with all that nobody knows', () => {
    const source = '{"New":[1e400],"ID":"a"}'
    expect(read(`{"Metadata":${source}}`)).toEqual({ value: { ID: 'a' }, source: objectOf(source) })
  })
  it('is nothing, from nothing, where it is missing or null', () => {
    const nothing = { value: { ID: '' }, source: { kind: 'object', entries: [] } }
    expect(read('{}')).toEqual(nothing)
    expect(read('{"Metadata":null}')).toEqual(nothing)
  })
  it('has the last of several objects beside it, and null is none', () => {
    expect(read('{"Metadata":{"ID":"a"},"Metadata":{"New":1},"Metadata":null}')).toEqual({
      value: { ID: 'a' },
      source: objectOf('{"New":1}'),
    })
  })
  it('fails where what is in it fails', () => {
    expect(leftOf(attempt('{"Metadata":{"ID":1}}'))).toBe('it.Metadata.ID: expected a string, got a number')
  })
})
