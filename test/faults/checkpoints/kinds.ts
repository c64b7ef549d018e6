import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { entryAt } from '../../../adapters/fast-check/laws/files.js'
import type { World } from '../../../adapters/memory/index.js'
import type { FileKind } from '../../../core/records.js'
import type { Report } from '../../../core/report.js'
import { checkpoint, checkpointPath } from '../../lab/checkpoints.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { run } from '../../lab/run.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, isKept, nodeOf, recovered, statusPath, withStatus, worldOf } from '../in-memory.js'
import type { Life, Pods } from '../lives.js'
import { containerOf, type Made, podsOn } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'

/** F11: where a checkpoint should be stands something that is no file. */

const KINDS = ['fifo', 'directory', 'symlink', 'device'] as const satisfies readonly FileKind[]
type Kind = (typeof KINDS)[number]

const PODS = {
  pod: Object.fromEntries(
    KINDS.flatMap((kind): (readonly [string, Life])[] => [
      [kind, 'running'],
      [`${kind}-ended`, { ended: 7 }],
    ]),
  ),
} satisfies Pods
const NAMES = Object.keys(PODS.pod)
const kindOf = (name: string): Kind => KINDS.find((kind) => name.startsWith(kind)) ?? 'fifo'

/** Each task is believed. Only a directory cannot be put aside, so nothing is written, and the task that knows stays. */
const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  for (const name of NAMES) {
    const row = rowOf(report, ids, name)
    const codes = row.problems.map(({ code }) => code)
    if (name.endsWith('-ended')) expect(row, name).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
    else expect(row.state, name).toBe('CONTAINER_RUNNING')
    expect(row.problems.map(({ message }) => message)).toContain(
      `Its checkpoint cannot be read (not-a-file): a ${kindOf(name)}.`,
    )
    expect(codes.includes('checkpoint-not-durable'), name).toBe(kindOf(name) === 'directory')
    expect(codes.includes('task-kept'), name).toBe(name === 'directory-ended')
  }
}

const IDS = idsIn(PODS)

const inMemory = async (): Promise<string> => {
  const world: World = NAMES.reduce(
    (all, name) => withStatus(all, name, { kind: kindOf(name) }),
    worldOf(PODS),
  )
  const node = nodeOf(PODS, { files: world.files })
  const report = await recovered(node)
  expectShown(report, IDS)
  const after = node.world()
  expect(NAMES.filter((name) => !isKept(world, after, name))).toEqual([])
  for (const name of NAMES)
    expect(entryAt(after, statusPath(name))?.kind, name).toBe(
      kindOf(name) === 'directory' ? 'directory' : 'file',
    )
  expect(after.tasks.map(({ id }) => id)).toContain('directory-ended')
  expect(states(await recovered(node), IDS)).toBe(states(report, IDS))
  return `${told(report, IDS)}; all kept as they are`
}

/** Says that the container has ended well: whoever followed the link would believe it. */
const plantTarget = async (lab: Lab, made: Made): Promise<string> => {
  const { id } = containerOf(made, 'symlink')
  const target = join(lab.dir, 'outside-status')
  await checkpoint.exited(lab, id, 0n)
  await writeFile(target, await readFile(checkpointPath(lab, id)))
  return target
}

const PLANT: Readonly<Record<Kind, (path: string, target: string) => Promise<unknown>>> = {
  fifo: (path) => run('mkfifo', [path]),
  directory: (path) => mkdir(path),
  symlink: (path, target) => symlink(target, path),
  // Endless, for whoever reads it.
  device: (path) => run('mknod', [path, 'c', '1', '5']),
}

const IS: Readonly<Record<Kind, (stats: Awaited<ReturnType<typeof lstat>>) => boolean>> = {
  fifo: (stats) => stats.isFIFO(),
  directory: (stats) => stats.isDirectory(),
  symlink: (stats) => stats.isSymbolicLink(),
  device: (stats) => stats.isCharacterDevice(),
}

/** Where what stood there is now: under a second name, or a directory in its old place. */
const keptAt = async (path: string): Promise<readonly string[]> => {
  const aside = (await readdir(dirname(path))).filter((name) => name.startsWith('status.unreadable-'))
  return aside.length === 0 ? [path] : aside.map((name) => join(dirname(path), name))
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const target = await plantTarget(lab, made)
  const precious = await readFile(target)
  for (const name of NAMES) {
    const path = checkpointPath(lab, containerOf(made, name).id)
    await rm(path)
    await PLANT[kindOf(name)](path, target)
  }
  const report = await recoverOn(lab)
  expectShown(report, made.ids)
  expect(await readFile(target)).toEqual(precious)
  for (const name of NAMES) {
    const path = checkpointPath(lab, containerOf(made, name).id)
    const kept = await Promise.all((await keptAt(path)).map((each) => lstat(each)))
    expect(
      kept.map((stats) => IS[kindOf(name)](stats)),
      name,
    ).toEqual([true])
    expect((await lstat(path)).isFile(), name).toBe(kindOf(name) !== 'directory')
  }
  expect((await tasks(lab)).map(({ id }) => id)).toContain(made.ids.get('directory-ended'))
  expect(states(await recoverOn(lab), made.ids)).toBe(states(report, made.ids))
  return `${told(report, made.ids)}; all kept as they are, and what the link leads to as well`
}

export const KINDS_IN_PLACE: Fault = {
  id: 'F11',
  says: 'the status path is a FIFO, directory, symlink, device',
  expected:
    'never waited for, never followed; its task is believed; set aside as it is, but for a directory, which stays in its place and keeps the task',
  simulated: { made: 'each of the four, beside a running task and a stopped one', run: inMemory },
  real: {
    made: 'mkfifo, mkdir, a symlink to a file that says EXITED 0, /dev/zero by mknod; beside a running task and a stopped one',
    run: onLab,
  },
}
