import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { parseDuration, parseText, parseWhole } from '../../adapters/cli/values.js'

describe('a duration', () => {
  it.each([
    ['10s', 10_000],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['1.5s', 1500],
    ['24h', 86_400_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDuration(text)).toEqual(right(ms))
  })

  it.each(['10', '', 's', '-1s', '1 s', '1d', '1s2', '١s', '1e3s'])('%j is none', (text) => {
    expect(parseDuration(text)).toEqual(left('A duration looks like 10s, 500ms or 1m30s.'))
  })

  it.each(['0s', '0.1ms', '25h', '99999999999999999999h'])('%s is out of bounds', (text) => {
    expect(parseDuration(text)).toEqual(left('It must lie between 1ms and 24h.'))
  })
})

describe('a whole number', () => {
  it.each(['0', '1025', '-1', '1.5', '1e2', '0x10', ' 7', '', 'NaN'])('is not %j, from 1 to 1024', (text) => {
    expect(parseWhole(1, 1024)(text)).toEqual(left('It must be a whole number from 1 to 1024.'))
  })

  it('may be either bound', () => {
    expect([parseWhole(1, 1024)('1'), parseWhole(1, 1024)('1024')]).toEqual([right(1), right(1024)])
  })
})

it('text of spaces says nothing', () => {
  expect(parseText('  ')).toEqual(left('It must not be empty.'))
})
