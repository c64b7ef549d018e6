import { describe, expect, it } from 'vitest'
import { logPlaceOf } from '../../core/log-place.js'

describe('the place of a log', () => {
  it.each([
    ['/logs/web/0.log', '/logs', { root: '/logs', path: '/logs/web/0.log' }],
    ['/elsewhere/0.log', '/logs', { root: '/logs', path: '/elsewhere/0.log' }],
    ['/logs/web/0.log', '', { root: '/logs/web', path: '/logs/web/0.log' }],
    ['/0.log', '', { root: '/', path: '/0.log' }],
    ['', '/logs', null],
    ['', '', null],
  ])('of %j in the pod’s folder %j', (path, directory, place) =>
    expect(logPlaceOf(path, directory)).toEqual(place),
  )
})
