import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { cgroupDirectories, cgroupOf, pidsIn, removeCgroups, thaw } from './cgroups.js'
import { layoutOf } from './config.js'
import { mountsBelow, unmountBelow } from './mounts.js'
import { allProcesses, findProcess, type Process, signal } from './processes.js'
import { attempt } from './run.js'

/** `node`: a serve of this lab, or what it calls. */
const PROGRAMS: readonly string[] = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'node']

const below =
  (dir: string) =>
  (text: string): boolean =>
    text === dir || text.startsWith(`${dir}/`)

/** The lab's containerd, shims and their helpers: those with a path of the lab among their arguments. */
const servers = (dir: string): readonly Process[] =>
  allProcesses().filter(
    ({ program, arguments: given }) => PROGRAMS.includes(program) && given.some(below(dir)),
  )

const contained = (dir: string): readonly Process[] =>
  pidsIn(cgroupOf(dir))
    .map(findProcess)
    .filter((found) => found !== undefined)

const processesOf = (dir: string): readonly Process[] => [...servers(dir), ...contained(dir)]

const names = (dir: string): readonly string[] => (existsSync(dir) ? readdirSync(dir) : [])

/** Shims listen in a folder that all containerds of a machine share, under a hash of whose they are. */
const shimSockets = (dir: string): readonly string[] => {
  const { address, state, criRoot, criState } = layoutOf(dir)
  const ids = new Set([
    ...names(join(state, 'io.containerd.runtime.v2.task/k8s.io')),
    ...['sandboxes', 'containers'].flatMap((kind) =>
      [criRoot, criState].flatMap((base) => names(join(base, kind))),
    ),
    ...servers(dir).flatMap(({ arguments: given }) => given.filter((_, at) => given[at - 1] === '-id')),
  ])
  const hashed = [...ids].map((id) =>
    createHash('sha256')
      .update(join(address, 'k8s.io', id))
      .digest('hex'),
  )
  return hashed.map((name) => join('/run/containerd/s', name))
}

const killAll = async (dir: string): Promise<void> => {
  await untilTrue(`all processes of ${dir} are dead`, () => {
    // Some are only now being forked by those that die, or were frozen again: so each round looks anew.
    thaw(cgroupOf(dir))
    const alive = processesOf(dir)
    for (const each of alive) signal(each, 'SIGKILL')
    return alive.length === 0
  })
}

/** What must be known of a lab before it goes, to be able to look for its remains. */
export interface Traces {
  readonly dir: string
  readonly sockets: readonly string[]
}

export const tracesOf = (dir: string): Traces => ({ dir, sockets: shimSockets(dir) })

export const leftovers = ({ dir, sockets }: Traces): readonly string[] => [
  ...processesOf(dir).map(({ pid, program }) => `process ${pid} (${program})`),
  ...mountsBelow(dir).map((point) => `mount ${point}`),
  ...cgroupDirectories(cgroupOf(dir)).map((cgroup) => `cgroup ${cgroup}`),
  ...sockets.filter((path) => existsSync(path)).map((path) => `socket ${path}`),
  ...(existsSync(dir) ? [`folder ${dir}`] : []),
]

const removeFolder = async (dir: string): Promise<void> => {
  // Through a mount that stayed, the removal would reach what is not the lab's.
  const mounts = mountsBelow(dir)
  if (mounts.length > 0) throw new Error(`still mounted: ${mounts.join(' ')}`)
  await rm(dir, { recursive: true, force: true }).catch(async () => {
    // A test may have made a file immutable.
    await attempt('chattr', ['-R', '-i', '-a', dir])
    await rm(dir, { recursive: true, force: true })
  })
}

/** Ends and removes all that a lab has made, whatever state it is in; asks nothing of its containerd. */
export const cleanUp = async (dir: string): Promise<Traces> => {
  const traces = tracesOf(dir)
  await killAll(dir)
  await unmountBelow(dir)
  await untilTrue(`the cgroups of ${dir} are gone`, () => removeCgroups(cgroupOf(dir)))
  for (const path of traces.sockets) await rm(path, { force: true })
  await removeFolder(dir)
  return traces
}

export const ownerFile = (dir: string): string => join(dir, 'owner')

/** Whose the lab is, as long as that process lives. */
export const ownerMark = (): string => {
  const self = findProcess(process.pid)
  return JSON.stringify({ pid: process.pid, started: self?.started })
}

const isOrphaned = (dir: string): boolean => {
  try {
    const owner: unknown = JSON.parse(readFileSync(ownerFile(dir), 'utf8'))
    if (typeof owner !== 'object' || owner === null) return false
    if (!('pid' in owner) || !('started' in owner)) return false
    return findProcess(Number(owner.pid))?.started !== owner.started
  } catch {
    // Just being made, or just being removed: by someone who lives.
    return false
  }
}

/** Of several that find an orphan at once, one may have it. */
const adopt = async (dir: string): Promise<boolean> => {
  try {
    await rename(ownerFile(dir), `${ownerFile(dir)}.${process.pid}`)
    await writeFile(ownerFile(dir), ownerMark())
    return true
  } catch {
    return false
  }
}

/** Labs whose test run was killed before it could clean up. */
export const sweep = async (base: string, prefix: string): Promise<void> => {
  for (const name of names(base).filter((each) => each.startsWith(prefix))) {
    const dir = join(base, name)
    if (isOrphaned(dir) && (await adopt(dir))) await cleanUp(dir)
  }
}
