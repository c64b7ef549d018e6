import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isValidId } from '../../core/ids.js'
import { RUNS } from '../support/runs.js'

describe('an identifier', () => {
  it.each(['a', '0', 'web-1', 'web-10', 'ab.cd_ef', 'A.b_c-D', 'a'.repeat(76)])('is %s', (id) =>
    expect(isValidId(id)).toBe(true),
  )
  it.each([
    '',
    '.',
    '..',
    'a/b',
    '../a',
    '.a',
    'a.',
    'a..b',
    'a.-b',
    'a--b',
    '-a',
    'a b',
    'a\n',
    'a\0',
    'ä',
    'a'.repeat(77),
  ])('is not %j', (id) => expect(isValidId(id)).toBe(false))
  it('is always one step of a path, which it does not leave', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aZ0._-/\\ \n\0ä') }), (id) => {
        if (!isValidId(id)) return
        expect(id).toMatch(/^[A-Za-z0-9._-]+$/)
        expect(id).not.toContain('..')
        expect(id.startsWith('.')).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })
})
