import { isLeft, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { parsePlace } from '../../../adapters/metrics/index.js'

describe('a place for metrics', () => {
  it.each([
    ['9110', { host: '127.0.0.1', port: 9110 }],
    [':9110', { host: '127.0.0.1', port: 9110 }],
    ['0', { host: '127.0.0.1', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['0.0.0.0:9110', { host: '0.0.0.0', port: 9110 }],
    ['[::1]:9110', { host: '::1', port: 9110 }],
    ['unix:/run/cri-recover/metrics.sock', { path: '/run/cri-recover/metrics.sock' }],
    ['unix:///run/metrics.sock', { path: '/run/metrics.sock' }],
    [`unix:/${'a'.repeat(106)}`, { path: `/${'a'.repeat(106)}` }],
  ])('%s is understood', (text, place) => {
    expect(parsePlace(text)).toEqual(right(place))
  })
  it.each([
    '',
    'localhost',
    '65536',
    '-1',
    '9110/metrics',
    'http://localhost:9110',
    '::1:9110',
    '[::1]',
    '[x]:1',
    'unix:',
    'unix:run/x.sock',
    'unix:@abstract',
    'unix:\0abstract',
    `unix:/${'a'.repeat(107)}`,
    'unix:/a\0b',
  ])('%j is refused', (text) => {
    expect(isLeft(parsePlace(text))).toBe(true)
  })
})
