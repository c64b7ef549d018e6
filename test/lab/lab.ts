import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cleanUp, leftovers, ownerFile, ownerMark, sweep } from './cleanup.js'
import { type Layout, layoutOf } from './config.js'
import type { Connection } from './connection.js'
import { type Containerd, startContainerd } from './containerd.js'
import { copyPreparedRoot, ctr } from './roots.js'
import { installed, type Version } from './versions.js'

export interface LabOptions {
  /** A number such as `1.6.20`, or a line such as `1.6`. */
  readonly version: string
  /** Whether containerd starts with its own CRI plugin: needed to make pods. By default it does. */
  readonly cri?: boolean
  /** How long the body may take; less than the test's own timeout. */
  readonly deadlineMs?: number
}

type Body<A> = (lab: Lab) => Promise<A>

export interface Lab extends Layout {
  readonly version: Version
  /** The containerd that runs now, or ran last. */
  readonly containerd: Containerd
  readonly connection: Connection
  /** Starts containerd on what the last one left; returns when it answers. */
  readonly start: (cri: boolean) => Promise<Containerd>
  /** Ends containerd as a crash would, and starts it again. */
  readonly restart: (cri: boolean) => Promise<Containerd>
  /** `ctr` in the CRI's namespace. */
  readonly ctr: (...args: readonly string[]) => Promise<string>
}

const PREFIX = 'crl-'
const DEADLINE_MS = 100_000

const openLab = (dir: string, version: Version, cri: boolean): Lab => {
  const launch = (withCri: boolean): Containerd =>
    startContainerd({ version: version.version, dir, cri: withCri })
  let containerd = launch(cri)
  const start = async (withCri: boolean): Promise<Containerd> => {
    containerd = launch(withCri)
    await containerd.waitReady()
    return containerd
  }
  return {
    ...layoutOf(dir),
    version,
    get containerd() {
      return containerd
    },
    get connection() {
      return containerd.connection
    },
    start,
    restart: async (withCri) => {
      await containerd.kill('SIGKILL')
      return start(withCri)
    },
    ctr: (...args) => ctr(version, dir, args),
  }
}

const runBody = async <A>(dir: string, version: Version, options: LabOptions, body: Body<A>): Promise<A> => {
  await copyPreparedRoot(version, layoutOf(dir).root)
  const lab = openLab(dir, version, options.cri ?? true)
  const { deadlineMs = DEADLINE_MS } = options
  const late = new AbortController()
  try {
    await lab.containerd.waitReady()
    // A body that hangs would keep the lab from being taken down, however long the test runner waits.
    const deadline = delay(deadlineMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`the lab's body took more than ${deadlineMs} ms`)
    })
    return await Promise.race([body(lab), deadline])
  } finally {
    late.abort()
    lab.connection.close()
  }
}

const takeDown = async (dir: string): Promise<void> => {
  const left = leftovers(await cleanUp(dir))
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`)
}

/** Sets a lab up, and takes it down again however the body ends. */
export const withLab = async <A>(options: LabOptions, body: Body<A>): Promise<A> => {
  const version = installed(options.version)
  await sweepLabs()
  const dir = await mkdtemp(join(tmpdir(), PREFIX))
  await writeFile(ownerFile(dir), ownerMark())
  let answer: A
  try {
    answer = await runBody(dir, version, options, body)
  } catch (error) {
    await takeDown(dir).catch((second: unknown) => {
      throw new AggregateError([error, second], 'the body failed, and so did its cleanup')
    })
    throw error
  }
  await takeDown(dir)
  return answer
}

/** Takes down what test runs have left that were killed; `withLab` begins with it. */
export const sweepLabs = (): Promise<void> => sweep(tmpdir(), PREFIX)
