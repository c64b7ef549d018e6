import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { example, exampleTests } from '../support/cli.js'

const names = readdirSync('examples').filter((name) => name.endsWith('.mjs'))
const tests = names.filter((name) => name.endsWith('.test.mjs'))
const programs = names.filter((name) => !tests.includes(name))

describe('the examples', () => {
  it('are there', () => {
    expect(programs.length).toBeGreaterThan(0)
    expect(tests.length).toBeGreaterThan(0)
  })
  it.each(programs)('%s runs, and says something', (name) => {
    expect(example(name)).toMatchObject({ code: 0, stderr: '' })
    expect(example(name).stdout).not.toBe('')
  })
  it(`prove what they are about: ${tests.join(', ')}`, () => {
    const { code, stdout, stderr } = exampleTests()
    expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
    for (const name of tests) expect(stdout).toContain(name)
  })
})
