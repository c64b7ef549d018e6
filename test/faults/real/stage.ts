import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { untilTrue } from '../../../adapters/fast-check/wait.js'
import type { Report } from '../../../core/report.js'
import { checkpointPath } from '../../lab/checkpoints.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { createContainer, exitWith, type LabContainer, runContainer, runPod } from '../../lab/pods.js'
import { attempt, type Finished } from '../../lab/run.js'
import { written } from '../telling.js'

/** Real nodes for faults to befall. */

const MAIN = join(import.meta.dirname, '../../../dist/adapters/cli/main.js')

/** A container's name may be a part of paths and of commands. */
const named = (words: string): string => words.replaceAll(' ', '-')

/** A pod with containers that run, and others that were only created; then containerd is without its CRI plugin. */
export const setUp = async <R extends string, C extends string = never>(
  lab: Lab,
  running: readonly R[],
  created: readonly C[] = [],
): Promise<ReadonlyMap<R | C, LabContainer>> => {
  const pod = await runPod(lab, 'pod')
  const made = new Map<R | C, LabContainer>()
  for (const name of running) made.set(name, await runContainer(lab, pod, named(name)))
  for (const name of created) made.set(name, await createContainer(lab, pod, named(name)))
  await lab.restart(false)
  return made
}

export const one = <K extends string>(made: ReadonlyMap<K, LabContainer>, name: K): LabContainer => {
  const found = made.get(name)
  if (found === undefined) throw new Error(`no container ${name}`)
  return found
}

/** Its task stays. */
export const untilStopped = (lab: Lab, container: LabContainer): Promise<void> =>
  untilTrue(`${container.name} has stopped`, async () =>
    (await tasks(lab)).some(({ id, status }) => id === container.id && status === 'STOPPED'),
  )

export const end = async (lab: Lab, container: LabContainer, code: number): Promise<void> => {
  await exitWith(container, code)
  await untilStopped(lab, container)
}

export const hasTask = async (lab: Lab, { id }: LabContainer): Promise<boolean> =>
  (await tasks(lab)).some((task) => task.id === id)

export const onDisk = async (lab: Lab, { id }: LabContainer): Promise<string> =>
  written(await readFile(checkpointPath(lab, id), 'utf8'))

/** A recovery by the built command, below other programs where they are given. */
export const recoverBelow = (
  lab: Lab,
  around: readonly string[],
  more: readonly string[] = [],
): Promise<Finished> => {
  const place = ['--address', lab.address, '--root', lab.criRoot, '--state', lab.criState]
  const asked = ['recover', ...place, '--output', 'json', '--timeout', '30s', ...more]
  const [file = process.execPath, ...args] = [...around, process.execPath, MAIN, ...asked]
  return attempt(file, args, { env: { UV_THREADPOOL_SIZE: '4' }, deadlineMs: 120_000 })
}

/** What it printed; only printed by one that worked. */
export const reportOf = ({ code, stdout, stderr }: Finished): Report => {
  if (code !== 0) throw new Error(`recover ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}
