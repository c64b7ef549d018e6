import type { Report } from '../../core/report.js'
import type { Lab } from '../lab/lab.js'
import { untilTrue } from '../lab/wait.js'
import { recoverOn } from './node.js'
import { type Look, look, type Times } from './recover-crash-look.js'
import { type CrashNode, makeNode, NAMES, type Name, tasksOf } from './recover-crash-node.js'
import { type Death, type Run, recoverUntil } from './recover-death.js'
import { callsOf, changes, killedIn } from './strace.js'

/** The requests by which a recovery changes something in containerd. */
export const ORDERS: readonly string[] = [
  'containerd.services.tasks.v1.Tasks/Kill',
  'containerd.services.tasks.v1.Tasks/Delete',
]

export interface Crash {
  readonly death: Death
  /** Whether it died there */
  readonly hit: boolean
  readonly times: Times
  readonly killed: Look
  readonly again: Look
  readonly report: Report
}

export interface Crashes {
  readonly names: ReadonlyMap<string, Name>
  readonly before: Look
  /** The history without a death */
  readonly unharmed: Pick<Crash, 'times' | 'report'> & { readonly after: Look }
  /** The methods that were asked for in it */
  readonly methods: readonly string[]
  /** Where one could have died in it */
  readonly deaths: readonly Death[]
  readonly crashes: readonly Crash[]
}

/**
 * A request that never arrives is as if death had come before it was sent. The one that does is carried out, for to a
 * killed task it makes no difference who asked; deleting takes several steps, so there the connection breaks, too.
 */
const deathsIn = ({ trace, threads, requests }: Run, dir: string): readonly Death[] => {
  const calls = callsOf(trace)
    .filter(changes(dir))
    .map(({ name, nth, thread }): Death => ({ at: 'call', name, nth, thread: threads.indexOf(thread) }))
  const orders = ORDERS.flatMap((name) =>
    requests
      .filter(({ method }) => method === name)
      .flatMap((_, at): readonly Death[] => {
        const fates = name.endsWith('/Delete')
          ? (['never', 'on', 'cut'] as const)
          : (['never', 'on'] as const)
        return fates.map((fate) => ({ at: 'request', name, nth: at + 1, fate }))
      }),
  )
  return [...calls, ...orders]
}

/** A killed process is a stopped task only when its shim has seen it. */
const untilSeen = async ({ lab, containers }: CrashNode, { requests }: Run): Promise<void> => {
  const { id } = containers.starting
  const killed = requests.some(
    ({ method, body, fate }) => method.endsWith('/Kill') && body.includes(id) && fate !== 'never',
  )
  if (killed)
    await untilTrue(
      'what was killed has stopped',
      async () => (await tasksOf(lab)).get(id)?.status !== 'created',
    )
}

const namesOf = ({ containers }: CrashNode): Crashes['names'] =>
  new Map(NAMES.map((name) => [containers[name].id, name]))

/** Threads might race after all, and a count miss its call: then it is tried again. */
const TRIES = 3

const crash = async (node: CrashNode, death: Death, tries = TRIES): Promise<Crash> => {
  const { lab } = node
  const rewound = node.rewind()
  const run = await recoverUntil({ lab, death, ready: rewound })
  await untilSeen(node, run)
  const killed = await look(node)
  const report = await recoverOn(lab)
  const hit = run.code === null && (death.at === 'request' || killedIn(run.trace, death, lab.dir))
  if (!hit && tries > 1) return crash(node, death, tries - 1)
  return { death, hit, times: await rewound, killed, again: await look(node), report }
}

/** Kills a recovery wherever it changes something, each time from the same beginning, and then lets one through. */
export const crashEverywhere = async (lab: Lab): Promise<Crashes> => {
  const node = await makeNode(lab)
  const times = await node.rewind()
  const before = await look(node)
  const run = await recoverUntil({ lab, death: null, ready: Promise.resolve() })
  if (run.code !== 0) throw new Error(`recover ended with ${run.code}: ${run.stderr}`)
  const unharmed = { times, report: JSON.parse(run.stdout), after: await look(node) }
  const deaths = deathsIn(run, lab.dir)
  const crashes: Crash[] = []
  for (const death of deaths) crashes.push(await crash(node, death))
  const methods = [...new Set(run.requests.map(({ method }) => method))]
  return { names: namesOf(node), before, unharmed, methods, deaths, crashes }
}
