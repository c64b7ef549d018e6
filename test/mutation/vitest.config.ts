import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { testsOf } from './modules.mjs'

/** The tests of one module of core: those that are named after it. */
export default defineConfig({
  test: {
    root: '.',
    include: testsOf(process.env['MUTATED'] ?? '', readdirSync('test/core')),
    testTimeout: 30_000,
  },
})
