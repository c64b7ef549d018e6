import { readFile } from 'node:fs/promises'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import { each } from '../../ports/each.js'
import { pidOf } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { type Host, type Listing, listAll } from '../lab/listing.js'
import { type Pod, runPod, tell } from '../lab/pods.js'
import { findProcess } from '../lab/processes.js'
import { startServe } from './serve-node.js'
import { AT_ONCE, inOrder, makeVictim, type Outcome, outcome } from './twin.js'
import { PODS } from './twin-pods.js'
import type { PodRow, Row, Victim } from './twin-row.js'

/**
 * Two nodes with the same pods and the same bad luck. On the one, containerd's own CRI plugin is the runtime service; on
 * the other a serve is. Both are killed, disturbed, and started again.
 */

interface Node {
  readonly lab: Lab
  readonly pods: ReadonlyMap<string, Pod>
  readonly victims: ReadonlyMap<Row, Victim>
  readonly podPids: ReadonlyMap<string, number>
}

const made = async (lab: Lab, rows: readonly Row[]): Promise<Node> => {
  const pods = new Map<string, Pod>()
  for (const { name, options } of PODS) pods.set(name, await runPod(lab, name, options))
  const victims = new Map(
    await each(AT_ONCE, rows, async (row) => [row, await makeVictim(lab, pods, row)] as const),
  )
  const podPids = new Map<string, number>()
  for (const [name, pod] of pods) podPids.set(name, await pidOf(lab, pod))
  return { lab, pods, victims, podPids }
}

const disturb = async (
  { lab, pods, victims, podPids }: Node,
  when: 'before' | 'down' | 'without',
): Promise<void> => {
  await inOrder([...victims], async ([row, victim]) => row[when]?.(lab, victim))
  await inOrder(PODS, async (row) => {
    const pod = pods.get(row.name)
    if (pod !== undefined) await row[when]?.(lab, pod, podPids.get(row.name) ?? 0)
  })
}

const contentOf = (log: string): readonly string[] =>
  log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').slice(3).join(' '))

/** What one node's runtime service shows in the end. */
export interface Shown {
  readonly of: (row: Row) => Outcome
  readonly pod: (row: PodRow) => string
  /** What its log holds, without times and tags */
  readonly log: (row: Row) => readonly string[]
}

const shownBy = async ({ victims, pods }: Node, host: Host, begin: bigint): Promise<Shown> => {
  const listing: Listing = await listAll(host)
  const logs = new Map<Row, readonly string[]>()
  for (const [row, { logFile = '' }] of victims)
    logs.set(row, contentOf(await readFile(logFile, 'utf8').catch(() => '')))
  return {
    of: (row) =>
      outcome(
        listing.containers.find(({ id }) => id === victims.get(row)?.id),
        begin,
      ),
    pod: (row) => listing.pods.find(({ id }) => id === pods.get(row.name)?.id)?.state ?? 'not listed',
    log: (row) => logs.get(row) ?? [],
  }
}

const now = (): bigint => BigInt(Date.now()) * 1_000_000n

/** The node whose runtime service is containerd's own CRI plugin. */
const withPlugin = (line: string, rows: readonly Row[]): Promise<Shown> =>
  withLab({ version: line, deadlineMs: 150_000 }, async (lab) => {
    const node = await made(lab, rows)
    await disturb(node, 'before')
    await lab.restart(true)
    await lab.containerd.kill('SIGKILL')
    await disturb(node, 'down')
    await lab.start(false)
    await disturb(node, 'without')
    const begin = now()
    await lab.restart(true)
    return shownBy(node, lab, begin)
  })

/** Rows whose containers can be told something, from the first to the last. */
const TALKING = (row: Row): boolean =>
  row.from === 'running' && row.pod === undefined && row.before === undefined

/** Its pipes went with its state directory: what it says is heard by nobody. */
export const SILENCED = 'a running container whose state directory was removed'

/** Those that a serve takes for running: what they say reaches their logs. */
const heardBy = async ({ victims }: Node, served: Host): Promise<readonly Row[]> => {
  const { containers } = await listAll(served)
  const running = new Set(containers.filter(({ state }) => state === 'RUNNING').map(({ id }) => id))
  return [...victims].flatMap(([row, { id }]) =>
    TALKING(row) && row.is !== SILENCED && running.has(id) ? [row] : [],
  )
}

/** Waits until their logs hold a word: what a killed serve has read and not written is nowhere. */
const heard = (node: Node, rows: readonly Row[], word: string): Promise<void> =>
  inOrder(rows, async (row) => {
    const file = node.victims.get(row)?.logFile ?? ''
    await untilTrue(`the log of ${row.is} holds "${word}"`, async () =>
      (await readFile(file, 'utf8')).includes(word),
    )
  })

/** Has all of them say a word that still can. */
const say = (node: Node, word: string): Promise<void> =>
  inOrder([...node.victims], async ([row, victim]) => {
    if (TALKING(row) && findProcess(victim.pid) !== undefined) await tell(victim, `echo ${word}`)
  })

/** The node whose runtime service is a serve. */
const withServe = (line: string, rows: readonly Row[], profile: string): Promise<Shown> =>
  withLab({ version: line, deadlineMs: 150_000 }, async (lab) => {
    const node = await made(lab, rows)
    await disturb(node, 'before')
    await lab.restart(false)
    const first = startServe(lab, ['--profile', profile])
    await first.ready()
    await say(node, 'one')
    await heard(node, rows.filter(TALKING), 'one')
    await first.kill()
    await say(node, 'two')
    await lab.containerd.kill('SIGKILL')
    await disturb(node, 'down')
    await lab.start(false)
    await disturb(node, 'without')
    const begin = now()
    const second = startServe(lab, ['--profile', profile])
    try {
      await second.ready()
      await say(node, 'three')
      await heard(node, await heardBy(node, second), 'three')
      return await shownBy(node, second, begin)
    } finally {
      await second.kill()
    }
  })

export interface ServeTwin {
  readonly plugin: Shown
  readonly served: Shown
}

export const runServeTwin = async (
  line: string,
  rows: readonly Row[],
  profile: 'safe' | 'reference',
): Promise<ServeTwin> => ({
  plugin: await withPlugin(line, rows),
  served: await withServe(line, rows, profile),
})
