// `npm run mutation`: every line of core broken in every way that Stryker knows, and whether a test notices.
// `npm run mutation -- --mutate core/names.ts` looks at one module.
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: ['core/*.ts', '!core/index.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  tempDirName: 'coverage/stryker',
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { logTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
}
