import { expect } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { entryAt, sameBody } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, fileOf, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import {
  emptyWorld,
  type FileEntry,
  type SimulatedNode,
  type Options as SimulationOptions,
  simulate,
  type World,
} from '../../adapters/memory/index.js'
import type { TaskReply } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import { recover } from '../../ports/recover.js'
import { type Life, livesOf, ORPHAN, type Pods, podNames } from './lives.js'
import type { Ids } from './told.js'

/** Pods on the simulated node. There an id is a name. */

export const SECOND = 1_000_000_000n

/** The text of a checkpoint. */
export const textOf = (checkpoint: 'CREATED' | 'RUNNING' | 'EXITED'): string => {
  const stands = fileOf(checkpoint)
  if (stands.kind !== 'text') throw new Error('no text')
  return stands.text
}

const checkpointOf = (life: Life): string => {
  if (life === 'created') return textOf('CREATED')
  if (life === 'running' || life.ended !== undefined) return textOf('RUNNING')
  return textOf('EXITED').replace('"ExitCode":3', `"ExitCode":${life.exited}`)
}

const taskOf = (name: string, life: Life): readonly TaskReply[] => {
  if (life === 'running') return [taskReply(name)]
  if (life === 'created' || life.ended === undefined) return []
  return [taskReply(name, { status: 'stopped', exitStatus: life.ended, exitedAt: EXITED_AT })]
}

export const statusPath = (name: string): string => `containers/${name}/status`

export const worldOf = (pods: Pods, more: Partial<World> = {}): World => ({
  ...emptyWorld(NOW),
  containers: [
    ...podNames(pods).map(sandboxRecord),
    ...livesOf(pods).map(([name, pod]) => containerRecord(name, pod)),
  ],
  tasks: [
    ...podNames(pods).map((pod) => taskReply(pod)),
    ...livesOf(pods).flatMap(([name, , life]) => taskOf(name, life)),
  ],
  files: [
    ...podNames(pods).map((pod) => entry(`sandboxes/${pod}`, { kind: 'directory' })),
    ...livesOf(pods).map(([name, , life]) => entry(statusPath(name), { text: checkpointOf(life) })),
    entry(`containers/${ORPHAN}/kept`, { text: 'precious' }),
  ],
  ...more,
})

/** With something else where a container's checkpoint was; null: nothing, and the directory stays. */
export const withStatus = (world: World, name: string, status: Partial<FileEntry> | null): World => {
  const path = statusPath(name)
  const others = world.files.filter((file) => file.path !== path)
  return {
    ...world,
    files: [
      ...others,
      status === null ? entry(`containers/${name}`, { kind: 'directory' }) : entry(path, status),
    ],
  }
}

export const idsIn = (pods: Pods): Ids =>
  new Map([...podNames(pods), ...livesOf(pods).map(([name]) => name)].map((name) => [name, name]))

export const nodeOf = (pods: Pods, more: Partial<World> = {}, how: SimulationOptions = {}): SimulatedNode =>
  simulate(worldOf(pods, more), how)

export const recovered = async (node: SimulatedNode): Promise<Report> =>
  rightOf(await recover(options())(node.ports)())

/** All that was changed, the lock and finding no leftovers left out. */
export const effects = (node: SimulatedNode): readonly string[] =>
  node.log
    .filter(({ mutating, outcome, call }) => mutating && outcome !== 'NotFound' && !ROUTINE.has(call))
    .map(({ call, id }) => `${call} ${id}`)
const ROUTINE: ReadonlySet<string> = new Set(['lock.acquire', 'checkpoints.sweep'])

export const hasOrphan = (node: SimulatedNode): boolean =>
  node.world().files.some(({ path }) => path.startsWith(`containers/${ORPHAN}`))

/** Files and tasks are what they were. */
export const expectUntouched = (node: SimulatedNode, before: World): void => {
  const { files, tasks } = node.world()
  expect({ files, tasks }).toEqual({ files: before.files, tasks: before.tasks })
}

/** Whether what stood at a checkpoint's place stands there, or beside it, byte for byte. */
export const isKept = (before: World, after: World, name: string): boolean => {
  const was = entryAt(before, statusPath(name))
  if (was === undefined) return true
  const now = after.files.filter(
    ({ path }) => path === statusPath(name) || path.startsWith(`${statusPath(name)}.unreadable-`),
  )
  return now.some((file) => sameBody(file, was))
}
