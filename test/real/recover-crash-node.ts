import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import { TasksService } from '../../adapters/containerd/gen/containerd/services/tasks/v1/tasks.js'
import { until } from '../../adapters/fast-check/wait.js'
import type { TaskReply } from '../../core/records.js'
import { taskReply } from '../../core/task-reply.js'
import { checkpoint, writeCheckpoint } from '../lab/checkpoints.js'
import { codeOf } from '../lab/connection.js'
import { createTask, runTask } from '../lab/created-task.js'
import type { Lab } from '../lab/lab.js'
import { createContainer, type LabContainer, OBEDIENT, runPod } from '../lab/pods.js'
import { GARBAGE } from './recover-story.js'

/** A node with something to do for each call of a recovery that changes something, and its way back to the beginning. */

const ending = (code: number): readonly string[] => ['/bin/sh', '-c', `exit ${code}`]

const COMMANDS = {
  /** Ended, and nobody wrote it down */
  seven: ending(7),
  /** The same, and its checkpoint cannot be read */
  eight: ending(8),
  /** Its start was begun: its task is created */
  starting: OBEDIENT,
  running: OBEDIENT,
  /** Runs, and its directory is gone */
  homeless: OBEDIENT,
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Name = keyof typeof COMMANDS

export const NAMES: readonly Name[] = ['seven', 'eight', 'starting', 'running', 'homeless']
export const ENDED: readonly Name[] = ['seven', 'eight']
/** Whose tasks a recovery deletes */
const CONSUMED: readonly Name[] = [...ENDED, 'starting']
export const ALIVE: readonly Name[] = ['running', 'homeless']

export type PerName<A> = Readonly<Record<Name, A>>

const perName = async <A>(of: (name: Name) => Promise<A>): Promise<PerName<A>> => ({
  seven: await of('seven'),
  eight: await of('eight'),
  starting: await of('starting'),
  running: await of('running'),
  homeless: await of('homeless'),
})

export interface CrashNode {
  readonly lab: Lab
  readonly containers: PerName<LabContainer>
  /** Puts it back to where a recovery begins; the times, in ns since 1970, at which tasks ended this time. */
  readonly rewind: () => Promise<ReadonlyMap<Name, string>>
}

export const tasksOf = async ({ connection }: Lab): Promise<ReadonlyMap<string, TaskReply>> => {
  const { tasks } = await connection.call(TasksService.list, { filter: '' })
  return new Map(tasks.map((task) => [task.id, taskReply(task)]))
}

export const folderOf = (lab: Lab): string => join(lab.criRoot, 'containers')
const ORPHAN = 'containers/orphan'
const LOCK = 'cri-recover.lock'

/** What is on disk of a containers' folder before each recovery. */
const plant = async (lab: Lab, { seven, eight, running, homeless }: CrashNode['containers']) => {
  for (const { id } of [seven, running]) {
    await checkpoint.running(lab, id, BigInt((await tasksOf(lab)).get(id)?.pid ?? 0))
    await writeFile(join(folderOf(lab), id, '.tmp-status77'), 'half')
  }
  await writeCheckpoint(lab, eight.id, GARBAGE)
  await rm(join(folderOf(lab), homeless.id), { recursive: true })
  const below = join(lab.criRoot, ORPHAN, 'below')
  await mkdir(below, { recursive: true })
  for (const file of [join(below, 'file'), join(lab.criRoot, ORPHAN, 'status')]) await writeFile(file, 'old')
}

const stopped = (lab: Lab, id: string): Promise<string> =>
  until(`task ${id} has stopped`, async () => {
    const task = (await tasksOf(lab)).get(id)
    return task?.status === 'stopped' ? `${task.exitedAt}` : undefined
  })

/** A deletion that was cut off leaves a task that is in no listing, and in the way of the next one. */
const forgetTask = (lab: Lab, { id }: LabContainer): Promise<unknown> =>
  lab.connection.call(TasksService.delete, { containerId: id }).catch((error: unknown) => {
    if (codeOf(error) !== status.NOT_FOUND) throw error
  })

/** Makes anew what a recovery has deleted: what is deleted in containerd cannot be copied back like a file. */
const remakeTasks = async (lab: Lab, { containers }: Pick<CrashNode, 'containers'>): Promise<void> => {
  const there = await tasksOf(lab)
  const missing = CONSUMED.filter((name) => !there.has(containers[name].id))
  const remake = async (name: Name): Promise<void> => {
    await forgetTask(lab, containers[name])
    await (name === 'starting' ? createTask : runTask)(lab, containers[name])
  }
  await Promise.all(missing.map(remake))
}

const restoreFiles = async (lab: Lab, kept: string): Promise<void> => {
  for (const dir of [folderOf(lab), join(lab.criState, ORPHAN), join(lab.criState, LOCK)])
    await rm(dir, { recursive: true, force: true })
  await cp(kept, folderOf(lab), { recursive: true })
  await cp(join(lab.criRoot, ORPHAN), join(lab.criState, ORPHAN), { recursive: true })
}

/** Made by the CRI and started without it, so that nothing is made differently the second time. */
export const makeNode = async (lab: Lab): Promise<CrashNode> => {
  const pod = await runPod(lab, 'pod')
  const containers = await perName((name) => createContainer(lab, pod, name, COMMANDS[name]))
  await lab.restart(false)
  for (const name of ALIVE) await runTask(lab, containers[name])
  await remakeTasks(lab, { containers })
  await plant(lab, containers)
  const kept = join(lab.dir, 'kept')
  await cp(folderOf(lab), kept, { recursive: true })
  const rewind = async () => {
    await remakeTasks(lab, { containers })
    const times = new Map<Name, string>()
    for (const name of ENDED) times.set(name, await stopped(lab, containers[name].id))
    await restoreFiles(lab, kept)
    return times
  }
  return { lab, containers, rewind }
}
