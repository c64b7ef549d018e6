import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RuntimeServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { until } from '../../adapters/fast-check/wait.js'
import type { Layout } from '../lab/config.js'
import { type Connection, connect } from '../lab/connection.js'
import { findProcess, isAlive, type Process, signal, untilDead } from '../lab/processes.js'

/** A serve of a real node, by the built command, in a process of its own: one that can be killed. */

const MAIN = join(import.meta.dirname, '../../dist/adapters/cli/main.js')

export interface Served {
  /** Where pods are looked at: what test/lab's listing asks. */
  readonly dir: string
  readonly connection: Connection
  readonly socket: string
  readonly process: Process
  /** What this and earlier serves of the same lab said on standard error. */
  readonly log: () => string
  /** Resolves once it says that it is ready: everything is recovered. */
  readonly ready: () => Promise<void>
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
  /** SIGKILL: no goodbye. */
  readonly kill: () => Promise<void>
  /** SIGTERM; the exit code. */
  readonly stop: () => Promise<number | null>
}

export const serveLine = (at: Layout, args: readonly string[] = []): readonly string[] => [
  MAIN,
  'serve',
  '--address',
  at.address,
  '--root',
  at.criRoot,
  '--state',
  at.criState,
  '--listen',
  join(at.dir, 'serve/cri.sock'),
  ...args,
]

const spawned = (child: ChildProcess): Process => {
  const found = child.pid === undefined ? undefined : findProcess(child.pid)
  if (found === undefined) throw new Error('serve does not start')
  return found
}

/** Starts a serve; the lab's cleanup ends whatever of it is left. */
export const startServe = (at: Layout, args: readonly string[] = []): Served => {
  const file = join(at.dir, 'serve.log')
  const out = openSync(file, 'a')
  const child = spawn(process.execPath, serveLine(at, args), { stdio: ['ignore', out, out] })
  closeSync(out)
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', (code) => resolve(code))
    child.on('error', () => resolve(null))
  })
  const self = spawned(child)
  const socket = join(at.dir, 'serve/cri.sock')
  const connection = connect(socket)
  const log = (): string => readFileSync(file, 'utf8')
  return {
    dir: at.dir,
    connection,
    socket,
    process: self,
    ended,
    log,
    ready: async () => {
      await until('serve is ready', async () => {
        if (!isAlive(self)) return 'dead' as const
        const { status } = await connection.call(Cri.status, { verbose: false }, 2_000)
        const ready = status?.conditions.find(({ type }) => type === 'RuntimeReady')?.status
        return ready === true ? ('ready' as const) : undefined
      }).then((how) => {
        if (how === 'dead') throw new Error(`serve ended:\n${log().slice(-4000)}`)
      })
    },
    kill: async () => {
      signal(self, 'SIGKILL')
      await untilDead(self)
      connection.close()
    },
    stop: async () => {
      signal(self, 'SIGTERM')
      const code = await ended
      connection.close()
      return code
    },
  }
}

/** Lends a serve to `use`, and has it end in any case. */
export const withServe = async <A>(
  at: Layout,
  args: readonly string[],
  use: (served: Served) => Promise<A>,
): Promise<A> => {
  const served = startServe(at, args)
  try {
    await served.ready()
    return await use(served)
  } finally {
    await served.kill()
  }
}
