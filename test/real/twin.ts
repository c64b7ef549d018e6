import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerRow, Report, SandboxRow } from '../../core/report.js'
import { each } from '../../ports/each.js'
import { pidOf, tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { type ListedContainer, type Listing, listAll, untilState } from '../lab/listing.js'
import { createContainer, exitWith, type Pod, runContainer, runPod } from '../lab/pods.js'
import { planOn } from './node.js'
import { PODS } from './twin-pods.js'
import type { PodRow, Row, Victim } from './twin-row.js'

const nameOf = (row: Row): string => row.is.replaceAll(' ', '-')

export const makeVictim = async (lab: Lab, pods: ReadonlyMap<string, Pod>, row: Row): Promise<Victim> => {
  const pod = pods.get(row.pod ?? 'calm')
  if (pod === undefined) throw new Error(`no pod ${row.pod}`)
  if (row.from === 'created') return { ...(await createContainer(lab, pod, nameOf(row))), pid: 0 }
  const container = await runContainer(lab, pod, nameOf(row))
  const pid = await pidOf(lab, container)
  if (row.from === 'running') return { ...container, pid }
  await exitWith(container, 3)
  await untilState(lab, container.id, 'EXITED')
  return { ...container, pid: 0 }
}

/** What is compared of a container. Times are only told apart: kept from before, or learnt just now. */
export interface Outcome {
  readonly shows: string
  readonly message: string
  readonly started: 'never' | 'kept' | 'learnt'
  readonly finished: 'never' | 'kept' | 'learnt'
}

const since =
  (begin: bigint) =>
  (time: bigint): Outcome['started'] =>
    time <= 0n ? 'never' : time < begin ? 'kept' : 'learnt'

const words = (state: string, exitCode: number, reason: string): string =>
  [
    state.replace('CONTAINER_', ''),
    ...(exitCode === 0 ? [] : [exitCode]),
    ...(reason === '' ? [] : [reason]),
  ].join(' ')

export const outcome = (row: ContainerRow | ListedContainer | undefined, begin: bigint): Outcome => {
  if (row === undefined || row.state === null)
    return { shows: 'not listed', message: '', started: 'never', finished: 'never' }
  const age = since(begin)
  return {
    shows: words(row.state, row.exitCode, row.reason),
    message: row.message,
    started: age(row.startedAt),
    finished: age(row.finishedAt),
  }
}

const podState = (row: SandboxRow | undefined): string => {
  if (row === undefined || row.state === null) return 'not listed'
  return row.state === 'SANDBOX_READY' ? 'READY' : 'NOTREADY'
}

/** What `plan` said, and what containerd's own CRI plugin showed of the same node afterwards. */
export interface Twin {
  readonly report: Report
  /** Folders of containers and sandboxes that are gone since */
  readonly vanished: readonly string[]
  /** What had a task when `plan` looked, whether or not it had a record */
  readonly withTask: readonly string[]
  readonly listing: Listing
  readonly planned: (row: Row) => Outcome
  readonly shown: (row: Row) => Outcome
  readonly podPlanned: (row: PodRow) => string
  readonly podShown: (row: PodRow) => string
  readonly idOf: (row: Row | PodRow) => string
}

/** More at once would be no faster: the machine's processors make containers, not our waiting. */
export const AT_ONCE = 6

const directories = async ({ criRoot, criState }: Lab): Promise<readonly string[]> => {
  const found: string[] = []
  for (const base of [criRoot, criState].flatMap((dir) => [join(dir, 'sandboxes'), join(dir, 'containers')]))
    found.push(...(await readdir(base)).map((name) => join(base, name)))
  return found.toSorted()
}

export const inOrder = async <A>(items: readonly A[], use: (item: A) => Promise<void>): Promise<void> => {
  for (const item of items) await use(item)
}

const twin = async (lab: Lab, rows: readonly Row[]): Promise<Twin> => {
  const pods = new Map<string, Pod>()
  for (const { name, options } of PODS) pods.set(name, await runPod(lab, name, options))
  const victims = new Map(
    await each(AT_ONCE, rows, async (row) => [row, await makeVictim(lab, pods, row)] as const),
  )
  const podPids = new Map<string, number>()
  for (const [name, pod] of pods) podPids.set(name, await pidOf(lab, pod))
  const disturb = async (when: 'before' | 'down' | 'without') => {
    await inOrder([...victims], async ([row, victim]) => row[when]?.(lab, victim))
    await inOrder(PODS, async (row) => {
      const pod = pods.get(row.name)
      if (pod !== undefined) await row[when]?.(lab, pod, podPids.get(row.name) ?? 0)
    })
  }
  await disturb('before')
  await lab.containerd.kill('SIGKILL')
  await disturb('down')
  await lab.start(false)
  await disturb('without')
  const begin = BigInt(Date.now()) * 1_000_000n
  const before = await directories(lab)
  const withTask = (await tasks(lab)).map(({ id }) => id)
  const report = await planOn(lab, { profile: 'reference' })
  await lab.restart(true)
  const listing = await listAll(lab)
  const after = new Set(await directories(lab))
  const idOf = (row: Row | PodRow) => ('name' in row ? pods.get(row.name) : victims.get(row))?.id ?? ''
  return {
    report,
    vanished: before.filter((path) => !after.has(path)),
    withTask,
    listing,
    planned: (row) =>
      outcome(
        report.containers.find(({ id }) => id === idOf(row)),
        begin,
      ),
    shown: (row) =>
      outcome(
        listing.containers.find(({ id }) => id === idOf(row)),
        begin,
      ),
    podPlanned: (row) => podState(report.sandboxes.find(({ id }) => id === idOf(row))),
    podShown: (row) => listing.pods.find(({ id }) => id === idOf(row))?.state ?? 'not listed',
    idOf,
  }
}

/** Makes pods, disturbs them, and asks both. */
export const runTwin = (version: string, rows: readonly Row[]): Promise<Twin> =>
  withLab({ version }, (lab) => twin(lab, rows))
