import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VersionService } from '../../adapters/containerd/gen/containerd/services/version/v1/version.js'
import { RuntimeServiceService } from '../../adapters/cri/gen/runtime/v1/services.js'
import { until } from '../../adapters/fast-check/wait.js'
import { cniConfig, containerdConfig, type Layout, layoutOf } from './config.js'
import { type Connection, connect } from './connection.js'
import { findProcess, isAlive, type Process, signal, untilDead } from './processes.js'
import { suspend } from './stopped.js'
import { installed, type Version } from './versions.js'

export interface ContainerdOptions {
  /** A number such as `1.6.20`, or a line such as `1.6`. */
  readonly version: string
  readonly dir: string
  readonly cri: boolean
}

export interface Containerd extends Layout {
  readonly version: Version
  readonly cri: boolean
  readonly pid: number
  readonly connection: Connection
  /** What this and earlier containerds of the same folder logged. */
  readonly log: () => string
  readonly waitReady: () => Promise<void>
  /** Returns once the process is dead, if the signal is one that ends it. */
  readonly kill: (name: NodeJS.Signals) => Promise<void>
  /** Asks it to end; where it does not, kills it. Its containers live on. */
  readonly stop: () => Promise<void>
}

// A socket's path has at most 107 bytes, and `.ttrpc` is to fit too.
const LONGEST_ADDRESS = 100

const prepare = (layout: Layout, version: Version, cri: boolean): string => {
  if (layout.address.length > LONGEST_ADDRESS) throw new Error(`too long for a socket: ${layout.address}`)
  for (const dir of [layout.root, layout.state, layout.logs, join(layout.dir, 'cni')]) {
    mkdirSync(dir, { recursive: true, mode: 0o711 })
  }
  const subnet = `10.${100 + (process.pid % 100)}.${[...layout.dir].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 256}.0/24`
  writeFileSync(join(layout.dir, 'cni/lab.conflist'), cniConfig(layout.dir, subnet))
  const file = join(layout.dir, cri ? 'with-cri.toml' : 'without-cri.toml')
  writeFileSync(file, containerdConfig(version, layout, cri))
  return file
}

const launch = (version: Version, config: string, logFile: string): Process => {
  const log = openSync(logFile, 'a')
  const child = spawn(join(version.bin, 'containerd'), ['--config', config], {
    stdio: ['ignore', log, log],
    // The shim is looked for along PATH, and it must be this version's.
    env: { ...process.env, PATH: `${version.bin}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  })
  closeSync(log)
  // Its end shows in /proc; unheard, a failed spawn would take the whole test run down.
  child.on('error', () => undefined)
  const found = child.pid === undefined ? undefined : findProcess(child.pid)
  if (found === undefined) throw new Error(`${version.bin}/containerd does not start`)
  return found
}

/** Starts containerd on the folder, be it new or one that another containerd has left behind. */
export const startContainerd = (options: ContainerdOptions): Containerd => {
  const layout = layoutOf(options.dir)
  const version = installed(options.version)
  const logFile = join(options.dir, 'containerd.log')
  const self = launch(version, prepare(layout, version, options.cri), logFile)
  const connection = connect(layout.address)
  const log = (): string => readFileSync(logFile, 'utf8')
  const ask = async (): Promise<true> => {
    await connection.call(VersionService.version, {}, 1_000)
    // Answers only when the plugin has recovered what there was.
    if (options.cri) await connection.call(RuntimeServiceService.status, { verbose: false }, 1_000)
    return true
  }
  const kill = async (name: NodeJS.Signals): Promise<void> => {
    if (name === 'SIGSTOP') return suspend(self)
    signal(self, name)
    if (name === 'SIGCONT') return
    await untilDead(self)
    connection.close()
  }
  return {
    ...layout,
    version,
    cri: options.cri,
    pid: self.pid,
    connection,
    log,
    kill,
    waitReady: async () => {
      await until(`containerd ${version.version} is ready`, () => {
        if (isAlive(self)) return ask()
        return Promise.resolve(false)
      }).then((ready) => {
        if (!ready) throw new Error(`containerd ${version.version} ended:\n${log().slice(-4000)}`)
      })
    },
    stop: async () => {
      signal(self, 'SIGCONT')
      signal(self, 'SIGTERM')
      await untilDead(self, 10_000).catch(() => kill('SIGKILL'))
      connection.close()
    },
  }
}
