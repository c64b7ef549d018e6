// One module of core, broken in every way that Stryker knows; `run.mjs` sets MUTATED, and looks at all of them.
const { MUTATED } = process.env

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: [`core/${MUTATED}.ts`],
  inPlace: true,
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 60_000,
  reporters: ['json'],
  jsonReporter: { fileName: `mutation/${MUTATED}.json` },
  tempDirName: 'mutation/stryker',
}
