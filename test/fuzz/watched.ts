import { fork, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Finding, type Result, shrunk } from './engine.js'

/** Runs a target in a process of its own, and finds what that process cannot tell: that it died, or that it hangs. */

const CHILD = fileURLToPath(new URL('child.js', import.meta.url))
/** MiB of JavaScript's own memory. Whatever an input of 64 KiB becomes, it is not that much. */
const HEAP = '--max-old-space-size=256'
const SILENCE_MS = 60_000
const REPLAY_MS = 30_000
const TRIES = 60
const SHRINKING_MS = 180_000
/** Of what a process says as it dies. */
const SHOWN = 1000
/** As a shell has it. */
const INTERRUPTED = 130

export type Message =
  | { readonly kind: 'going'; readonly runs: number; readonly kept: number }
  | ({ readonly kind: 'ended' } & Result)

/** What a replay of an input comes to; null where all is well. */
export const replay = (target: string, file: string, temporary = tmpdir()): string | null => {
  const { status, signal, stderr } = spawnSync(process.execPath, [HEAP, CHILD, 'replay', target, file], {
    encoding: 'utf8',
    timeout: REPLAY_MS,
    killSignal: 'SIGKILL',
    env: { ...process.env, TMPDIR: temporary },
  })
  if (status === 0) return null
  return status === 1
    ? stderr.trim()
    : `the process ended with ${signal ?? status}: ${stderr.slice(0, SHOWN)}`
}

const smallest = async (target: string, input: Uint8Array, folder: string, why: string): Promise<Finding> => {
  const file = join(folder, 'tried')
  const said = (tried: Uint8Array): string | null => {
    writeFileSync(file, tried)
    return replay(target, file, folder)
  }
  const end = performance.now() + SHRINKING_MS
  const fails = async (smaller: Uint8Array) => performance.now() < end && said(smaller) !== null
  const least = await shrunk(input, fails, TRIES)
  return { input: least, said: said(least) ?? `${why}, after other inputs` }
}

export const watched = (
  target: string,
  seed: number,
  seconds: number,
  going: (runs: number, kept: number) => void,
): Promise<Result> => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  const current = join(folder, 'current')
  const child = fork(CHILD, ['run', target, String(seed), String(seconds), current], {
    execArgv: [HEAP],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // What a target makes goes with the folder, also when the process dies of an input.
    env: { ...process.env, TMPDIR: folder },
  })
  const stop = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
    process.exit(INTERRUPTED)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  let result: Result | null = null
  let last = { runs: 0, kept: 0 }
  let why = ''
  let lament = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    lament = (lament + bytes).slice(-SHOWN)
  })
  const hung = (): void => {
    why = `no sign of life for ${SILENCE_MS} ms`
    child.kill('SIGKILL')
  }
  let silence = setTimeout(hung, SILENCE_MS)
  child.on('message', (message: Message) => {
    clearTimeout(silence)
    silence = setTimeout(hung, SILENCE_MS)
    if (message.kind === 'ended') result = message
    else {
      last = message
      going(message.runs, message.kept)
    }
  })
  return new Promise<Result>((resolve) => {
    child.on('exit', async (code, signal) => {
      clearTimeout(silence)
      if (result !== null) return resolve(result)
      why ||= `the process ended with ${signal ?? code}: ${lament}`
      resolve({ ...last, finding: await smallest(target, readFileSync(current), folder, why) })
    })
  }).finally(() => {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    rmSync(folder, { recursive: true, force: true })
  })
}
