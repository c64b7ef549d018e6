import { defineConfig } from 'vitest/config'

// Real containerds share cgroups and the kernel's patience: their files run one after another, the rest side by side.
export default defineConfig({
  test: {
    root: '.',
    // Whoever starts the tests waits for them: by itself vitest would leave one of two cores to nobody.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'pure',
          root: '.',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**'],
          setupFiles: ['test/support/replay.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'real',
          globalSetup: 'test/real/setup.ts',
          root: '.',
          include: ['test/real/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
