import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ATTACKS } from './security.js'

describe('an attack', () => {
  it.each(ATTACKS)('by $by is tried by tests that are there', ({ tests }) => {
    const missing = tests.flatMap(([file, ...titles]) => {
      const text = readFileSync(file, 'utf8')
      return titles.filter((title) => !text.includes(title)).map((title) => `${file}: ${title}`)
    })
    expect(missing).toEqual([])
  })
})
