import { defineConfig } from 'vitest/config'

/** The tests that say what core does. The laws would kill some more, and take a minute for each constant. */
export default defineConfig({
  test: {
    root: '.',
    include: ['test/core/**/*.test.ts', 'test/golden/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
