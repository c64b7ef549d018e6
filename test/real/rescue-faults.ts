import { existsSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { answerOf } from '../../adapters/fast-check/contract/files.js'
import { bundles } from '../../adapters/filesystem/bundles.js'
import type { Report } from '../../core/report.js'
import { checkpointPath, writeCheckpoint } from '../lab/checkpoints.js'
import { shimOf } from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { listAll } from '../lab/listing.js'
import { exitWith, type LabContainer, runContainer, runPod } from '../lab/pods.js'
import { allProcesses, signal, untilDead } from '../lab/processes.js'
import { type Finished, run } from '../lab/run.js'
import { filesBelow } from '../lab/snapshot.js'
import { suspend } from '../lab/stopped.js'
import { GARBAGE } from './recover-story.js'
import { reportOf, rescueOn, untilStopped } from './rescue-node.js'

/** What is wrong with a container that has ended, and how to put right what would get in containerd's own way. */
interface Trouble {
  readonly lab: Lab
  readonly container: LabContainer
  /** Its shim's */
  readonly socket: string
  /** Whether a rescue comes before containerd does */
  readonly rescued: boolean
}

type Undo = () => Promise<unknown>
type Fault = (trouble: Trouble) => Promise<Undo | undefined>

const stopShim: Fault = async ({ lab, container }) => {
  const shim = shimOf(lab, container.pod)
  await suspend(shim)
  return async () => signal(shim, 'SIGCONT')
}

const killShim: Fault = async ({ lab, container }) => {
  const shim = shimOf(lab, container.pod)
  signal(shim, 'SIGKILL')
  await untilDead(shim)
  return undefined
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })

/** Somebody else listens where the shim did. */
const replaceShim =
  (answer: Buffer | null): Fault =>
  async ({ socket }) => {
    await rename(socket, `${socket}-kept`)
    const server = createServer((caller) => {
      caller.on('error', () => undefined)
      if (answer !== null) caller.on('data', () => caller.write(answer))
    })
    await listen(server, socket)
    return async () => {
      // Closing removes its file, and nobody waits for callers that hang.
      server.close()
      await rename(`${socket}-kept`, socket)
    }
  }

const TASKS = 'io.containerd.runtime.v2.task/k8s.io'

const bundleOf = ({ lab, container }: Trouble): string => join(lab.state, TASKS, container.id)

/** What the shim's address is read from. */
const spoilAddress: Fault = async (trouble) => {
  for (const name of ['bootstrap.json', 'address'])
    if ((await readdir(bundleOf(trouble))).includes(name))
      await writeFile(join(bundleOf(trouble), name), GARBAGE)
  return undefined
}

const folderOf = ({ lab, container }: Trouble): string => dirname(checkpointPath(lab, container.id))

const freeze: Fault = async (trouble) => {
  await run('chattr', ['+i', folderOf(trouble)])
  return undefined
}

const fill: Fault = async (trouble) => {
  const folder = folderOf(trouble)
  const text = await readFile(join(folder, 'status'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', folder])
  await writeFile(join(folder, 'status'), text)
  await writeFile(join(folder, 'filler'), Buffer.alloc(4096))
  return undefined
}

const garble: Fault = async ({ lab, container }) => {
  await writeCheckpoint(lab, container.id, GARBAGE)
  return undefined
}

const standIn =
  (make: (path: string) => Promise<unknown>): Fault =>
  async ({ lab, container }) => {
    const path = checkpointPath(lab, container.id)
    await rename(path, `${path}-kept`)
    await make(path)
    return undefined
  }

const placeLink = standIn((path) => symlink(`${path}-kept`, path))
const placeDirectory = standIn((path) => mkdir(path))
const placeFifo = standIn((path) => run('mkfifo', [path]))

const removeSocket: Fault = async ({ socket }) => {
  await rm(socket)
  return undefined
}

/** What ails a shim ails a pod; the others share one. `rescued`: the exit is saved all the same. */
const FAULT = {
  healthy: { rescued: true, apply: async () => undefined },
  'shim stopped': { rescued: false, apply: stopShim },
  'shim killed': { rescued: false, apply: killShim },
  'socket gone': { rescued: false, apply: removeSocket },
  'socket of one who hangs': { rescued: false, apply: replaceShim(null) },
  'socket of one who says something else': {
    rescued: false,
    apply: replaceShim(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')),
  },
  'address unreadable': { rescued: false, apply: spoilAddress },
  'folder read-only': { rescued: false, apply: freeze },
  'folder full': { rescued: false, apply: fill },
  'checkpoint unreadable': { rescued: true, apply: garble },
  'checkpoint a link': { rescued: true, apply: placeLink },
  'checkpoint a directory': { rescued: false, apply: placeDirectory },
  // Left to itself, containerd would wait for a writer and never start.
  'checkpoint a FIFO': {
    rescued: true,
    apply: async (trouble) => (trouble.rescued ? placeFifo(trouble) : undefined),
  },
  'healthy as well': { rescued: true, apply: async () => undefined },
} as const satisfies Readonly<Record<string, { readonly rescued: boolean; readonly apply: Fault }>>

export type FaultName = keyof typeof FAULT
export const FAULTS = Object.keys(FAULT) as readonly FaultName[]
/** Those of which the shim tells nothing. */
export const OF_SHIMS = FAULTS.filter((name) => /^(shim|socket|address)/.test(name))
export const isSaved = (name: FaultName): boolean => FAULT[name].rescued
export const codeOf = (name: FaultName): number => 20 + FAULTS.indexOf(name)

/** What a bundle holds beside its root file system, which is of no concern here and has hundreds of files. */
const bundleFiles = async ({ state }: Lab): Promise<Readonly<Record<string, string>>> => {
  const base = join(state, TASKS)
  const found: Record<string, string> = {}
  for (const id of await readdir(base))
    for (const name of await readdir(join(base, id))) {
      const { size, mtimeNs } = await lstat(join(base, id, name), { bigint: true })
      if (name !== 'rootfs') found[join(id, name)] = `${size} ${mtimeNs}`
    }
  return found
}

/** What is on disk of a node: a rescue that changes nothing leaves it as it is. */
const disk = async (lab: Lab) => ({
  root: await filesBelow(lab.criRoot),
  state: await filesBelow(lab.criState),
  bundles: await bundleFiles(lab),
})
type Disk = Awaited<ReturnType<typeof disk>>

export interface Tried {
  readonly finished: Finished
  readonly before: Disk
  readonly after: Disk
}

/** A folder that is nowhere. */
const NOWHERE = '/nowhere-of-cri-recover'

const tried = async (lab: Lab, args: readonly string[]): Promise<Tried> => {
  const before = await disk(lab)
  const finished = await rescueOn(lab, args)
  return { finished, before, after: await disk(lab) }
}

export interface FaultyLife {
  readonly ids: ReadonlyMap<FaultName, string>
  /** While containerd answers: plainly, and with the promise to exit with 0 */
  readonly refused: readonly Tried[]
  readonly rehearsed: Tried | null
  /** Where there are tasks and no root; without and with that promise */
  readonly lost: readonly Tried[]
  /** Where there is nothing at all */
  readonly absent: Tried | null
  /** Whether one of these has made the folder that it did not find */
  readonly made: boolean
  readonly report: Report | null
  /** What lies beside the checkpoints that could not be read */
  readonly aside: readonly Buffer[]
  /** Writes that were not finished */
  readonly left: readonly string[]
  /** What the rescue started and is still there */
  readonly children: readonly number[]
  readonly listed: ReadonlyMap<string, string>
}

/** In the environment of a rescue, and so of whatever it would start. */
const MARK = 'CRI_RECOVER_TEST_RESCUE'

const marked = async (dir: string): Promise<readonly number[]> => {
  const found: number[] = []
  for (const { pid } of allProcesses()) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    if (environment.includes(`${MARK}=${dir}`)) found.push(pid)
  }
  return found
}

/** Its own budget, and time to start. */
const PATIENCE = 15_000

const asideOf = async (lab: Lab, id: string): Promise<readonly Buffer[]> => {
  const folder = dirname(checkpointPath(lab, id))
  const names = (await readdir(folder)).filter((name) => name.startsWith('status.unreadable-'))
  return Promise.all(names.map((name) => readFile(join(folder, name))))
}

const socketsOf = async (lab: Lab): Promise<ReadonlyMap<string, string>> => {
  const found = answerOf(await bundles({ state: lab.state, namespace: 'k8s.io' })()())
  return new Map(found.map(({ id, address }) => [id, typeof address === 'string' ? '' : address.socket]))
}

/** Everything fails that can, at once; then containerd starts, after a rescue or without. */
export const liveWithFaults = async (lab: Lab, rescued: boolean): Promise<FaultyLife> => {
  const containers = new Map<FaultName, LabContainer>()
  const shared = await runPod(lab, 'shared')
  for (const [at, name] of FAULTS.entries()) {
    const pod = OF_SHIMS.includes(name) ? await runPod(lab, `pod-${at}`) : shared
    containers.set(name, await runContainer(lab, pod, `c-${at}`))
  }
  const refused = rescued ? [await tried(lab, []), await tried(lab, ['--best-effort'])] : []
  await lab.containerd.kill('SIGKILL')
  for (const [name, container] of containers) await exitWith(container, codeOf(name))
  await untilStopped(
    lab,
    [...containers.values()].map(({ id }) => id),
  )
  const sockets = await socketsOf(lab)
  const undo: Undo[] = []
  for (const [name, container] of containers) {
    const undone = await FAULT[name].apply({
      lab,
      container,
      socket: sockets.get(container.id) ?? '',
      rescued,
    })
    if (undone !== undefined) undo.push(undone)
  }
  const rehearsed = rescued ? await tried(lab, ['--dry-run', '--output', 'json']) : null
  const rootless = ['--root', NOWHERE]
  const lost = rescued ? [await tried(lab, rootless), await tried(lab, [...rootless, '--best-effort'])] : []
  const absent = rescued ? await tried(lab, [...rootless, '--state', `${NOWHERE}/state`]) : null
  const made = existsSync(NOWHERE)
  const env = { [MARK]: lab.dir }
  const report = rescued
    ? reportOf(await rescueOn(lab, ['--output', 'json'], { env, deadlineMs: PATIENCE }))
    : null
  const children = await marked(lab.dir)
  const aside = await asideOf(lab, containers.get('checkpoint unreadable')?.id ?? '')
  const left = Object.keys((await disk(lab)).root).filter((path) => path.includes('.tmp-status'))
  for (const each of undo) await each()
  await lab.start(true)
  const { containers: rows } = await listAll(lab)
  const listed = new Map(rows.map((row) => [row.id, `${row.state} ${row.exitCode} ${row.reason}`]))
  const ids = new Map([...containers].map(([name, { id }]) => [name, id]))
  return { ids, refused, rehearsed, lost, absent, made, report, aside, left, children, listed }
}
