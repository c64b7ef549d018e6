import { describe, expect, it } from 'vitest'
import { ATTACKS } from './security.js'
import { missingOf } from './titles.js'

describe('an attack', () => {
  it.each(ATTACKS)('by $by is tried by tests that are there', ({ tests }) => {
    expect(missingOf(tests)).toEqual([])
  })
})
