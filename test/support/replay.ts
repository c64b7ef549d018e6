import fc from 'fast-check'
import { expect } from 'vitest'

/**
 * A property that fails says the one command that tries the same value again. It reads `SEED` and `SEED_PATH`, which
 * that command sets.
 */

const { SEED, SEED_PATH, RUNS } = process.env

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
/** For `-t`, which takes a pattern. */
const pattern = (title: string): string => title.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

const commandFor = (seed: number, path: string | null): string => {
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = testPath.replace(`${process.cwd()}/`, '')
  const asked = [
    `SEED=${seed}`,
    ...(path === null ? [] : [`SEED_PATH=${path}`]),
    ...(RUNS === undefined ? [] : [`RUNS=${RUNS}`]),
  ]
  const title = pattern(currentTestName.replaceAll(' > ', ' '))
  return `${asked.join(' ')} npx vitest run --config test/vitest.config.ts ${file} -t ${quoted(`^${title}$`)}`
}

fc.configureGlobal({
  ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  ...(SEED_PATH === undefined ? {} : { path: SEED_PATH }),
  reporter: (run) => {
    if (!run.failed) return
    const again = commandFor(run.seed, run.counterexamplePath)
    throw new Error(`${fc.defaultReportMessage(run) ?? 'a property failed'}\n\nAgain: ${again}`)
  },
})
