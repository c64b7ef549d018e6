import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Lab } from './lab.js'
import type { LabContainer, Pod } from './pods.js'
import { allProcesses, killProcess, type Process } from './processes.js'
import { deleteRecord } from './records.js'

export interface TaskLine {
  readonly id: string
  readonly pid: number
  readonly status: string
}

/** Containerd's tasks, sandboxes' among them. Needs a containerd that runs. */
export const tasks = async (lab: Lab): Promise<readonly TaskLine[]> => {
  const lines = (await lab.ctr('tasks', 'ls')).trimEnd().split('\n').slice(1)
  return lines
    .map((line) => line.trim().split(/\s+/))
    .map(([id = '', pid = '0', status = '']) => ({ id, pid: Number(pid), status }))
    .toSorted((a, b) => a.id.localeCompare(b.id))
}

const taskOf = async (lab: Lab, id: string): Promise<TaskLine> => {
  const found = (await tasks(lab)).find((task) => task.id === id)
  if (found === undefined) throw new Error(`no task of ${id}`)
  return found
}

/** The first process of a container, or of a sandbox. Ask while containerd runs, to kill when it does not. */
export const pidOf = async (lab: Lab, { id }: LabContainer | Pod): Promise<number> =>
  (await taskOf(lab, id)).pid

export { killProcess }

/** The shim that serves a pod: found by its arguments, so also while containerd is down. */
export const shimOf = (lab: Lab, { id }: Pod): Process => {
  const found = allProcesses().find(
    ({ program, arguments: given }) =>
      program === 'containerd-shim-runc-v2' && given.includes(id) && given.includes(lab.address),
  )
  if (found === undefined) throw new Error(`no shim of ${id}`)
  return found
}

export const pauseTask = async (lab: Lab, { id }: LabContainer | Pod): Promise<void> => {
  await lab.ctr('tasks', 'pause', id)
}

export const resumeTask = async (lab: Lab, { id }: LabContainer | Pod): Promise<void> => {
  await lab.ctr('tasks', 'resume', id)
}

/** Kills a task and deletes it, behind the CRI's back. */
export const removeTask = async (lab: Lab, { id }: LabContainer | Pod): Promise<void> => {
  await lab.ctr('tasks', 'kill', '--signal', 'SIGKILL', id)
  await untilTrue(`task ${id} has stopped`, async () => (await taskOf(lab, id)).status === 'STOPPED')
  await lab.ctr('tasks', 'delete', id)
}

/** Leaves a container's directories without a record. */
export const forgetContainer = (lab: Lab, { id }: LabContainer | Pod): Promise<void> => deleteRecord(lab, id)

export const containerDirectories = (lab: Lab, { id }: LabContainer): readonly string[] => [
  join(lab.criRoot, 'containers', id),
  join(lab.criState, 'containers', id),
]

export const removeRootDirectory = (lab: Lab, { id }: LabContainer): Promise<void> =>
  rm(join(lab.criRoot, 'containers', id), { recursive: true })

export const removeStateDirectory = (lab: Lab, { id }: LabContainer): Promise<void> =>
  rm(join(lab.criState, 'containers', id), { recursive: true })

export const removeLogDirectory = ({ config }: Pod): Promise<void> =>
  rm(config.logDirectory, { recursive: true })
