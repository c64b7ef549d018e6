import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { example } from '../support/cli.js'

const programs = readdirSync('examples').filter((name) => name.endsWith('.mjs'))

describe('the examples', () => {
  it('are there', () => {
    expect(programs.length).toBeGreaterThan(0)
  })
  it.each(programs)('%s runs, and says something', (name) => {
    expect(example(name)).toMatchObject({ code: 0, stderr: '' })
    expect(example(name).stdout).not.toBe('')
  })
})
