import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Report } from '../../core/report.js'
import { checkpoint, checkpointPath, writeCheckpoint } from '../lab/checkpoints.js'
import { containerDirectories, forgetContainer, killProcess, pidOf, tasks } from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { listAll, untilState } from '../lab/listing.js'
import { createContainer, exitWith, type LabContainer, runContainer, runPod } from '../lab/pods.js'
import { run } from '../lab/run.js'
import { type Snapshot, takeSnapshot } from '../lab/snapshot.js'
import { recoverOn } from './node.js'

/** One container of the story: what it is before the recovery, and what it must be from then on. */
interface Part {
  readonly is: string
  /** The code with which it ends while nobody recovers; 137: it is killed; null: it does not end */
  readonly ends: number | null
  readonly garbled?: true
  readonly shows: string
}

export const PARTS = {
  running: { is: 'a running container', ends: null, shows: 'RUNNING 0' },
  created: { is: 'a created container', ends: null, shows: 'CREATED 0' },
  exited: { is: 'a container that had exited before', ends: null, shows: 'EXITED 4 Error' },
  'ended-0': { is: 'a container that ended with 0', ends: 0, shows: 'EXITED 0 Completed' },
  'ended-3': { is: 'a container that ended with 3', ends: 3, shows: 'EXITED 3 Error' },
  'ended-7': { is: 'a container that ended with 7', ends: 7, shows: 'EXITED 7 Error' },
  killed: { is: 'a container that was killed', ends: 137, shows: 'EXITED 137 Error' },
  unreadable: {
    is: 'a running container whose checkpoint cannot be read',
    ends: null,
    garbled: true,
    shows: 'RUNNING 0',
  },
  'ended-unreadable': {
    is: 'a container that ended with 5 and whose checkpoint cannot be read',
    ends: 5,
    garbled: true,
    shows: 'EXITED 5 Error',
  },
} as const satisfies Readonly<Record<string, Part>>

export type Name = keyof typeof PARTS

const NAMES = Object.keys(PARTS) as readonly Name[]
export const partOf = (name: Name): Part => PARTS[name]

/** No text at all, and longer than any encoding of it that somebody may have kept instead. */
export const GARBAGE = Buffer.from([0, 255, 123, 254, 34, 10, 195, 40, 0])

type Containers = ReadonlyMap<Name, LabContainer>

const makeOne = async (
  lab: Lab,
  pod: Parameters<typeof runContainer>[1],
  name: Name,
): Promise<LabContainer> => {
  if (name === 'created') return createContainer(lab, pod, name)
  const container = await runContainer(lab, pod, name)
  if (name !== 'exited') return container
  await exitWith(container, 4)
  await untilState(lab, container.id, 'EXITED')
  return container
}

/** They end, and containerd keeps their tasks, for nobody asks it to delete them. */
const endAll = async (lab: Lab, containers: Containers): Promise<void> => {
  const ending: string[] = []
  for (const [name, container] of containers) {
    const { ends } = partOf(name)
    if (ends === null) continue
    ending.push(container.id)
    if (ends === 137) await killProcess(await pidOf(lab, container))
    else await exitWith(container, ends)
  }
  await untilTrue('all tasks have stopped that should', async () => {
    const stopped = (await tasks(lab)).filter(({ status }) => status === 'STOPPED').map(({ id }) => id)
    return ending.every((id) => stopped.includes(id))
  })
}

const spoilFiles = async (lab: Lab, containers: Containers): Promise<void> => {
  for (const [name, { id }] of containers) {
    if (partOf(name).garbled) await writeCheckpoint(lab, id, GARBAGE)
    if (name === 'ended-3') await checkpoint.unknownField(lab, id)
  }
}

/** Directories of nobody: one is real, one links elsewhere, one has something mounted in it. */
interface Orphans {
  readonly removable: readonly string[]
  readonly keepable: readonly string[]
  /** What must be there whatever happens to them */
  readonly precious: readonly string[]
}

const plantOrphans = async (lab: Lab, forgotten: LabContainer): Promise<Orphans> => {
  const base = join(lab.criRoot, 'containers')
  const [linking, mounted] = [join(base, 'linking'), join(base, 'mounted')]
  const [outside, source] = [join(lab.dir, 'outside'), join(lab.dir, 'source')]
  for (const dir of [outside, source]) {
    await mkdir(dir)
    await writeFile(join(dir, 'precious'), 'precious')
  }
  await mkdir(linking)
  await symlink(outside, join(linking, 'link'))
  await mkdir(join(mounted, 'below'), { recursive: true })
  await run('mount', ['--bind', source, join(mounted, 'below')])
  await symlink(outside, join(base, 'itself-a-link'))
  await forgetContainer(lab, forgotten)
  return {
    removable: [...containerDirectories(lab, forgotten), linking],
    keepable: [mounted, join(base, 'itself-a-link')],
    precious: [outside, source, join(mounted, 'below'), join(base, 'itself-a-link')].map((dir) =>
      join(dir, 'precious'),
    ),
  }
}

/** What lies in front of a recovery. */
interface Look {
  /** Without the folder of the lock, which is all that a recovery leaves of its own */
  readonly snapshot: Snapshot
  readonly texts: ReadonlyMap<Name, string>
  /** Which of the orphans' paths are there */
  readonly there: readonly string[]
}

export const withoutLock = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  state: Object.fromEntries(
    Object.entries(snapshot.state).filter(([path]) => !path.startsWith('cri-recover.lock')),
  ),
})

const look = async (lab: Lab, containers: Containers, orphans: Orphans): Promise<Look> => {
  const texts = new Map<Name, string>()
  for (const [name, { id }] of containers) texts.set(name, await readFile(checkpointPath(lab, id), 'latin1'))
  const there = [...orphans.removable, ...orphans.keepable, ...orphans.precious].filter((path) =>
    existsSync(path),
  )
  return { snapshot: withoutLock(await takeSnapshot(lab)), texts, there }
}

const asideOf = async (lab: Lab, { id }: LabContainer): Promise<readonly Buffer[]> => {
  const folder = dirname(checkpointPath(lab, id))
  const names = (await readdir(folder)).filter((name) => name.startsWith('status.unreadable-'))
  return Promise.all(names.map((name) => readFile(join(folder, name))))
}

/** Two recoveries and a restart with the CRI plugin, and all that was seen between them. */
export interface Story {
  readonly containers: Containers
  readonly orphans: Orphans
  /** ns since 1970 between which everything ended */
  readonly ended: readonly [bigint, bigint]
  readonly before: Look
  readonly first: Report
  readonly after: Look
  readonly aside: ReadonlyMap<Name, readonly Buffer[]>
  readonly second: Report
  readonly last: Look
  readonly listed: ReadonlyMap<string, string>
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n

export const tellStory = async (lab: Lab): Promise<Story> => {
  const pod = await runPod(lab, 'pod')
  const containers = new Map<Name, LabContainer>()
  for (const name of NAMES) containers.set(name, await makeOne(lab, pod, name))
  const forgotten = await createContainer(lab, pod, 'forgotten')
  await lab.restart(false)
  const begin = now()
  await endAll(lab, containers)
  await spoilFiles(lab, containers)
  const orphans = await plantOrphans(lab, forgotten)
  const ended = [begin, now() + 1_000_000n] as const
  const before = await look(lab, containers, orphans)
  const first = await recoverOn(lab)
  const after = await look(lab, containers, orphans)
  const aside = new Map<Name, readonly Buffer[]>()
  for (const [name, container] of containers) aside.set(name, await asideOf(lab, container))
  const second = await recoverOn(lab)
  const last = await look(lab, containers, orphans)
  // containerd's own removal is not the subject here, and would reach into the mount.
  await run('umount', [join(lab.criRoot, 'containers/mounted/below')])
  await lab.restart(true)
  const listed = new Map(
    (await listAll(lab)).containers.map(({ id, state, exitCode, reason }) => [
      id,
      `${state} ${exitCode} ${reason}`.trim(),
    ]),
  )
  return { containers, orphans, ended, before, first, after, aside, second, last, listed }
}
