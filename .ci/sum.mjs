// The closing line of a run: what passed, what failed. A test that was left out counts as failed here, for this
// machine has all that the tests need.
import { existsSync, readFileSync } from 'node:fs'

const [status = '1', ...files] = process.argv.slice(2)
const runs = files.map((file) => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text === '' ? { numPassedTests: 0, numFailedTests: 1, testResults: [] } : JSON.parse(text)
})
const sum = (of) => runs.reduce((all, run) => all + of(run), 0)
const passed = sum(({ numPassedTests }) => numPassedTests)
const broken = sum(({ numFailedTests }) => numFailedTests)
const testResults = runs.flatMap((run) => run.testResults)
const leftOut = testResults
  .flatMap((suite) => suite.assertionResults)
  .filter((test) => test.status !== 'passed' && test.status !== 'failed')
for (const test of leftOut) process.stdout.write(`left out: ${test.fullName}\n`)
// A file that could not be loaded has no tests to count.
const unloaded = testResults.filter(
  (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
)
for (const suite of unloaded) process.stdout.write(`could not be run: ${suite.name}\n`)
const failed = broken + leftOut.length + unloaded.length
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 && passed > 0 ? Number(status) : 1
