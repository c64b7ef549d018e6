import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Report } from '../../core/report.js'
import type { Lab } from '../lab/lab.js'
import type { Fate } from './go-between.js'
import { recoverOn } from './node.js'
import { type Look, look, type Times } from './recover-crash-look.js'
import { type CrashNode, makeNode, NAMES, type Name, tasksOf } from './recover-crash-node.js'
import { type Death, type Run, recoverUntil } from './recover-death.js'
import { callsOf, changes, lastOf, sends } from './strace.js'

/** The requests by which a recovery changes something in containerd. */
const KILL = 'containerd.services.tasks.v1.Tasks/Kill'
const DELETE = 'containerd.services.tasks.v1.Tasks/Delete'
export const ORDERS: readonly string[] = [KILL, DELETE]

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

const changesIn = ({ trace, threads }: Run, dir: string): readonly Death[] =>
  callsOf(trace)
    .filter(changes(dir))
    .map(({ name, nth, thread }) => ({ at: 'call', name, nth, thread: threads.indexOf(thread), order: null }))

const about = (id: string, requests: Run['requests']): Run['requests'] =>
  requests.filter(({ body }) => body.includes(id))

/** A request's method does not show in what is sent, but whom it is about: the calls that say so come as the requests do. */
const sendingsOf = ({ trace, threads, requests }: Run, id: string): readonly Death[] => {
  const calls = callsOf(trace)
    .filter(sends(id))
    .flatMap((call) => Array.from(call.rest.matchAll(new RegExp(id, 'g')), () => call))
  return about(id, requests).flatMap(({ method }, at) => {
    const call = calls[at]
    if (!ORDERS.includes(method) || call === undefined) return []
    const { name, nth, thread } = call
    const order = { method, id, before: at }
    return [{ at: 'call', name, nth, thread: threads.indexOf(thread), order }]
  })
}

/** What has arrived is carried out; where that takes several steps, it is also broken off with the connection. */
const FATES: Readonly<Record<string, readonly Fate[]>> = { [KILL]: ['on'], [DELETE]: ['on', 'cut'] }

const arrivalsIn = ({ requests }: Run): readonly Death[] =>
  ORDERS.flatMap((name) =>
    requests
      .filter(({ method }) => method === name)
      .flatMap((_, at) =>
        (FATES[name] ?? []).map((fate): Death => ({ at: 'arrival', name, nth: at + 1, fate })),
      ),
  )

const deathsIn = ({ lab, containers }: CrashNode, run: Run): readonly Death[] => [
  ...changesIn(run, lab.dir),
  ...NAMES.flatMap((name) => sendingsOf(run, containers[name].id)),
  ...arrivalsIn(run),
]

/** Whether the recovery died there, and not elsewhere, or not at all. */
const isHit = (lab: Lab, death: Death, { code, trace, requests }: Run): boolean => {
  if (death.at === 'arrival') return code === null
  const last = lastOf(trace)
  if (last?.name !== death.name) return false
  if (death.order === null) return changes(lab.dir)(last)
  const { id, before } = death.order
  return sends(id)(last) && about(id, requests).length === before
}

/** A killed process is a stopped task only when its shim has seen it. */
const untilSeen = async ({ lab, containers }: CrashNode, { requests }: Run): Promise<void> => {
  const { id } = containers.starting
  if (about(id, requests).some(({ method }) => method === KILL))
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
  const hit = isHit(lab, death, run)
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
  const deaths = deathsIn(node, run)
  const crashes: Crash[] = []
  for (const death of deaths) crashes.push(await crash(node, death))
  const methods = [...new Set(run.requests.map(({ method }) => method))]
  return { names: namesOf(node), before, unharmed, methods, deaths, crashes }
}
