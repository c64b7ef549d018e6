import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Lab } from '../lab/lab.js'
import { type Fate, type GoBetween, goBetween, type Met } from './go-between.js'
import { type Call, CHANGING, killAt } from './strace.js'

/** A recovery by the built command, in a process of its own, that may die at a place of one's choice. */

const MAIN = join(import.meta.dirname, '../../dist/adapters/cli/main.js')

/** A request by which something changes in containerd: of this method, about the container of this id. */
interface Order {
  readonly method: string
  readonly id: string
  /** How many requests about that container come before */
  readonly before: number
}

/**
 * As it enters a system call, in one of its threads by their age; or when a request of its is on its way to containerd.
 * `order`: what the call sends; null where it changes files.
 */
export type Death =
  | (Call & { readonly at: 'call'; readonly thread: number; readonly order: Order | null })
  | (Call & { readonly at: 'arrival'; readonly fate: Fate })

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** What strace told; empty where it was not asked */
  readonly trace: string
  /** Its threads when it began, by their age */
  readonly threads: readonly number[]
  readonly requests: readonly Met[]
}

/** One item after the other and one thread for all files: so each thread's calls come in the same order every time. */
const start = (lab: Lab, address: string): ChildProcess =>
  spawn(
    process.execPath,
    [
      ...[MAIN, 'recover', '--address', address, '--root', lab.criRoot, '--state', lab.criState],
      ...['--concurrency', '1', '--output', 'json'],
    ],
    { env: { ...process.env, UV_THREADPOOL_SIZE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  )

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code))
  })

const textOf = async ({ stdout, stderr }: ChildProcess) => ({
  stdout: stdout === null ? '' : await text(stdout),
  stderr: stderr === null ? '' : await text(stderr),
})

const threadsOf = async (pid: number): Promise<readonly number[]> =>
  (await readdir(`/proc/${pid}/task`)).map(Number).toSorted((a, b) => a - b)

const strace = async (args: readonly string[]): Promise<{ readonly end: Promise<unknown> }> => {
  const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const end = endOf(child)
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes
      if (said.includes('attached')) resolve()
    })
    end.then(() => reject(new Error(`strace ended: ${said}`)), reject)
  })
  return { end }
}

interface Asked {
  readonly lab: Lab
  /** null: it lives to its end */
  readonly death: Death | null
  /** When there is a node to recover; its program may be loaded before. */
  readonly ready: Promise<unknown>
}

/** Who is watched, and for what: all, to learn the calls; one thread, to die in it; nobody, to die later. */
const watching = (death: Death | null, threads: readonly number[]): readonly string[] | null => {
  if (death?.at === 'arrival') return null
  if (death === null) return ['-f', '-e', `trace=${CHANGING}`, '-p', `${threads[0]}`]
  return [...killAt(death), '-p', `${threads[death.thread]}`]
}

/**
 * A recovery begins by asking whether a CRI plugin is live. At that it is held until the node is ready and strace
 * watches: what was called before, to load modules, changes nothing and is not counted.
 */
const watched = async (
  { lab, death, ready }: Asked,
  between: GoBetween,
  child: ChildProcess,
): Promise<Run> => {
  const file = join(lab.dir, 'trace')
  const [code, said] = [endOf(child), textOf(child)]
  await Promise.race([between.asked, code])
  await ready
  const threads = await threadsOf(child.pid ?? 0)
  const args = watching(death, threads)
  const tracer = args === null ? null : await strace(['-y', '-s', '4096', '-o', file, ...args])
  between.open()
  const run = { code: await code, ...(await said), threads, requests: between.requests }
  await tracer?.end
  await between.quiet()
  return { ...run, trace: tracer === null ? '' : await readFile(file, 'latin1') }
}

export const recoverUntil = async (asked: Asked): Promise<Run> => {
  const { lab, death } = asked
  const dies = new AbortController()
  const between = await goBetween(lab.address, join(lab.dir, 'between'), (method, before) => {
    if (death?.at !== 'arrival' || method !== death.name || before + 1 !== death.nth) return 'on'
    dies.abort()
    return death.fate
  })
  const child = start(lab, between.address)
  dies.signal.addEventListener('abort', () => child.kill('SIGKILL'))
  try {
    return await watched(asked, between, child)
  } finally {
    child.kill('SIGKILL')
    await between.close()
  }
}
