import type { Either } from 'fp-ts/lib/Either.js'
import { rightOf } from '../../adapters/fast-check/either.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, NOW, STATUSES, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import {
  emptyWorld,
  type FileEntry,
  type SimulatedNode,
  simulate,
  type World,
} from '../../adapters/memory/index.js'
import { encodeCheckpoint } from '../../core/checkpoint.js'
import type { TaskReply } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import type { CheckpointSeen } from '../../core/status.js'
import type { Failure } from '../../ports/failure.js'
import type { Options } from '../../ports/options.js'
import type { Ports } from '../../ports/ports.js'
import { recover } from '../../ports/recover.js'
import { written } from './telling.js'

/** Simulated nodes for faults to befall. */

export interface Part {
  /** null: it has none */
  readonly task: Partial<TaskReply> | null
  readonly checkpoint: CheckpointSeen
}

export const RUNS: Part = { task: {}, checkpoint: 'RUNNING' }
export const RESTS: Part = { task: null, checkpoint: 'CREATED' }
/** Ended while nobody looked: its task alone knows how. */
export const ended = (exitStatus: number): Part => ({
  task: { status: 'stopped', exitStatus, exitedAt: EXITED_AT },
  checkpoint: 'RUNNING',
})

export const GARBAGE = '{"Version":'

const fileOf = (id: string, checkpoint: CheckpointSeen): FileEntry =>
  entry(`containers/${id}/status`, {
    text: checkpoint === 'UNREADABLE' ? GARBAGE : encodeCheckpoint(STATUSES[checkpoint], null),
  })

/** One pod with these containers in it. */
export const worldOf = (parts: Readonly<Record<string, Part>>, more: Partial<World> = {}): World => {
  const all = Object.entries(parts)
  return {
    ...emptyWorld(NOW),
    containers: [sandboxRecord('pod'), ...all.map(([id]) => containerRecord(id, 'pod', `/logs/${id}.log`))],
    tasks: [
      taskReply('pod'),
      ...all.flatMap(([id, { task }]) => (task === null ? [] : [taskReply(id, task)])),
    ],
    ...more,
    files: [...all.map(([id, { checkpoint }]) => fileOf(id, checkpoint)), ...(more.files ?? [])],
  }
}

export const tryRecover = (
  node: SimulatedNode,
  ports: Ports = node.ports,
  own: Partial<Options> = {},
): Promise<Either<Failure, Report>> => recover(options(own))(ports)()

export const recovered = async (node: SimulatedNode, ports?: Ports): Promise<Report> =>
  rightOf(await tryRecover(node, ports))

/** The node as it is now, without its faults, in front of a process that is new. */
export const again = (node: SimulatedNode): SimulatedNode => simulate({ ...node.world(), faults: [] })

export const onDisk = (node: SimulatedNode, id: string): string => written(textAt(node.world(), id))

export const hasTask = (node: SimulatedNode, id: string): boolean =>
  node.world().tasks.some((task) => task.id === id)

/** What changed the node: the lock, and the sweep of what is not there, do not. */
export const changes = (node: SimulatedNode): readonly string[] =>
  node.log
    .filter(({ mutating, outcome }) => mutating && outcome === 'done')
    .filter(({ call }) => call !== 'lock.acquire' && call !== 'checkpoints.sweep')
    .map(({ call, id }) => `${call} ${id}`)
