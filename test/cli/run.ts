import { spawn } from 'node:child_process'

/** What the built command came to, run as its user would: in a process of its own. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Not synchronous, so that a test can be the other end of a socket meanwhile. */
export const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shell = '"$0" "$@"',
): Promise<Ran> =>
  new Promise((resolve) => {
    const { CONTAINERD_ADDRESS: _a, CONTAINERD_NAMESPACE: _n, NO_COLOR: _c, ...rest } = process.env
    const child = spawn('bash', ['-c', shell, process.execPath, 'dist/adapters/cli/main.js', ...args], {
      env: { ...rest, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
    })
    const told = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => {
      told.stdout += String(text)
    })
    child.stderr.on('data', (text) => {
      told.stderr += String(text)
    })
    child.on('close', (code) => resolve({ code, ...told }))
  })

/** One clear line with one next command, and nothing on standard output. */
export const trouble = (message: string, next: string) => ({
  code: 1,
  stdout: '',
  stderr: `cri-recover: ${message}. Try: ${next}\n`,
})
