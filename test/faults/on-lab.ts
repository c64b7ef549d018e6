import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Either } from 'fp-ts/lib/Either.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Report } from '../../core/report.js'
import { each } from '../../ports/each.js'
import type { Failure } from '../../ports/failure.js'
import type { Options } from '../../ports/options.js'
import { plan } from '../../ports/recover.js'
import { tasks } from '../lab/disturb.js'
import type { Lab } from '../lab/lab.js'
import { untilState } from '../lab/listing.js'
import { createContainer, exitWith, type LabContainer, type Pod, runContainer, runPod } from '../lab/pods.js'
import { attempt, type Finished } from '../lab/run.js'
import { type Entry, filesBelow } from '../lab/snapshot.js'
import { onNode, optionsFor } from '../real/node.js'
import { type Life, livesOf, ORPHAN, type Pods } from './lives.js'
import type { Ids } from './told.js'

/** Pods on a real node, whose containerd then runs without its CRI plugin. */
export interface Made {
  readonly pods: ReadonlyMap<string, Pod>
  readonly containers: ReadonlyMap<string, LabContainer>
  readonly ids: Ids
}

/** More at once would be no faster: the machine's processors make containers, not our waiting. */
const AT_ONCE = 6

const make = async (lab: Lab, pod: Pod, name: string, life: Life): Promise<LabContainer> => {
  if (life === 'created') return createContainer(lab, pod, name)
  const container = await runContainer(lab, pod, name)
  if (life === 'running' || life.exited === undefined) return container
  await exitWith(container, life.exited)
  await untilState(lab, container.id, 'EXITED')
  return container
}

/** Ends those that are to end while nobody looks; containerd keeps their tasks, for nobody asks it to delete them. */
export const endThose = async (lab: Lab, pods: Pods, { containers }: Made): Promise<void> => {
  const ending: string[] = []
  for (const [name, , life] of livesOf(pods)) {
    const container = containers.get(name)
    if (container === undefined || typeof life === 'string' || life.ended === undefined) continue
    await exitWith(container, life.ended)
    ending.push(container.id)
  }
  await untilTrue('all have stopped that should', async () => {
    const stopped = (await tasks(lab)).filter(({ status }) => status === 'STOPPED').map(({ id }) => id)
    return ending.every((id) => stopped.includes(id))
  })
}

const orphanOf = ({ criRoot }: Lab): string => join(criRoot, 'containers', ORPHAN)

export const hasOrphanOn = (lab: Lab): boolean => existsSync(join(orphanOf(lab), 'kept'))

/** Makes them by containerd's own CRI, then takes the CRI away, then lets end what is to end, and plants an orphan. */
export const podsOn = async (lab: Lab, pods: Pods): Promise<Made> => {
  const made = new Map<string, Pod>()
  for (const name of Object.keys(pods)) made.set(name, await runPod(lab, name))
  const containers = new Map(
    await each(AT_ONCE, livesOf(pods), async ([name, of, life]) => {
      const pod = made.get(of)
      if (pod === undefined) throw new Error(`no pod ${of}`)
      return [name, await make(lab, pod, name, life)] as const
    }),
  )
  const ids = new Map([...made, ...containers].map(([name, { id }]) => [name, id]))
  await lab.restart(false)
  const all = { pods: made, containers, ids }
  await endThose(lab, pods, all)
  await mkdir(orphanOf(lab))
  await writeFile(join(orphanOf(lab), 'kept'), 'precious')
  return all
}

export const containerOf = ({ containers }: Made, name: string): LabContainer => {
  const found = containers.get(name)
  if (found === undefined) throw new Error(`no container ${name}`)
  return found
}

export const podOf = ({ pods }: Made, name: string): Pod => {
  const found = pods.get(name)
  if (found === undefined) throw new Error(`no pod ${name}`)
  return found
}

type Disk = Readonly<Record<'root' | 'state' | 'logs', Readonly<Record<string, Entry>>>>

/** All that a recovery could change on disk, but for the lock. */
export const diskOf = async (lab: Lab): Promise<Disk> => ({
  root: await filesBelow(lab.criRoot),
  state: Object.fromEntries(
    Object.entries(await filesBelow(lab.criState)).filter(([path]) => !path.startsWith('cri-recover.lock')),
  ),
  logs: await filesBelow(lab.logs),
})

export const tryPlan = (lab: Lab, own: Partial<Options> = {}): Promise<Either<Failure, Report>> =>
  onNode(lab, (ports) => plan(optionsFor(lab, own))(ports)())

const MAIN = join(import.meta.dirname, '../../dist/adapters/cli/main.js')

/** The built command on that node, as its user would call it. */
export const commandOn = (lab: Lab, command: string, ...args: readonly string[]): Promise<Finished> =>
  attempt(process.execPath, [
    MAIN,
    command,
    '--address',
    lab.address,
    '--root',
    lab.criRoot,
    '--state',
    lab.criState,
    ...args,
  ])
