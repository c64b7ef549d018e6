import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli } from '../support/cli.js'

describe('the README', () => {
  it('shows the table as the table that decides prints it', () => {
    const readme = readFileSync('README.md', 'utf8')
    const shown = readme.split('<!-- table:begin -->\n')[1]?.split('\n<!-- table:end -->')[0]
    expect(shown).toBe(cli('table', '--format', 'md').stdout.trim())
  })
})
