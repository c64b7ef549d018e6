import { spawnSync } from 'node:child_process'

/** What a run of the built command, or of an example, came to. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (...args: readonly string[]): Ran => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  return { code: status, stdout, stderr }
}

export const cli = (...args: readonly string[]): Ran => run('dist/adapters/cli/main.js', ...args)

export const example = (name: string): Ran => run(`examples/${name}`)

/** The tests among the examples, as a user runs them. */
export const exampleTests = (): Ran => run('node_modules/vitest/vitest.mjs', 'run', '--dir', 'examples')
