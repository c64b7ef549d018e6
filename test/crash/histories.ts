import { isRight } from 'fp-ts/lib/Either.js'
import { asText } from '../../adapters/fast-check/laws/case.js'
import { lifeOf } from '../../adapters/fast-check/laws/of-nodes.js'
import { options } from '../../adapters/fast-check/options.js'
import { type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Report } from '../../core/report.js'
import type { Options } from '../../ports/options.js'
import { recover } from '../../ports/recover.js'
import { lostIn } from './lost.js'
import { tornIn } from './torn.js'

/** What becomes of a node whose recovery dies at some call, perhaps twice, and is then let through. */

/** The ports that the program is given: those of the node, or worse ones. */
export type Wiring = (node: SimulatedNode) => SimulatedNode['ports']

export const plainly: Wiring = ({ ports }) => ports

interface Crashed {
  /** As `after tasks.delete web (17)` */
  readonly at: string
  readonly world: World
}

const program = (node: SimulatedNode, wiring: Wiring, own: Partial<Options>) => async (): Promise<Report> => {
  const report = await recover(options(own))(wiring(node))()
  if (isRight(report)) return report.right
  throw new Error(`the recovery did not begin: ${report.left.said}`)
}

/** The same node, which tells what it is asked to write. */
const telling = (node: SimulatedNode, tell: (text: string) => void): SimulatedNode => {
  const { checkpoints } = node.ports
  const write: typeof checkpoints.write = (id, text) => {
    tell(text)
    return checkpoints.write(id, text)
  }
  return { ...node, ports: { ...node.ports, checkpoints: { ...checkpoints, write } } }
}

/** Dies before or after the n-th call, or in the middle of it where that is a write; none: there are not so many calls. */
const deathsAt = async (
  world: World,
  n: number,
  wiring: Wiring,
  own: Partial<Options>,
): Promise<readonly Crashed[]> => {
  const deaths: Crashed[] = []
  for (const when of ['before', 'after'] as const) {
    const node = simulate(world)
    let text = ''
    node.crashAt(n, when)
    const ended = await node.run(
      program(
        telling(node, (asked) => {
          text = asked
        }),
        wiring,
        own,
      ),
    )
    if (ended.kind === 'finished') return []
    const { call, id } = ended.at
    const at = `${call} ${id ?? ''} (${n})`
    const left = node.world()
    deaths.push({ at: `${when} ${at}`, world: left })
    if (when === 'before' && call === 'checkpoints.write')
      for (const torn of tornIn(left, text)) deaths.push({ at: `in ${at}`, world: torn })
  }
  return deaths
}

/** Every way to die once in a recovery of this world. */
const deathsIn = async (world: World, wiring: Wiring, own: Partial<Options>): Promise<readonly Crashed[]> => {
  const deaths: Crashed[] = []
  for (let n = 1; ; n += 1) {
    const here = await deathsAt(world, n, wiring, own)
    if (here.length === 0) return deaths
    deaths.push(...here)
  }
}

interface End {
  /** All that is left of the node and shown of it: fresh FIFOs are the same, whoever made them */
  readonly text: string
  readonly world: World
  readonly report: Report
}

/** What a recovery comes to that is let through. */
const endOf = async (world: World, wiring: Wiring, own: Partial<Options>): Promise<End> => {
  const node = simulate(world)
  const report = await program(node, wiring, own)()
  const end = node.world()
  const sorted = [...end.files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1))
  const shown = [
    report.containers.map(lifeOf),
    report.sandboxes.map(({ id, name, state, pid }) => ({ id, name, state, pid })),
  ]
  return { text: asText([sorted, end.tasks, end.sandboxStore, shown]), world: end, report }
}

/** What recoveries change of a world. */
const changing = ({ now, tasks, sandboxStore, files, oomKills, faults }: World) => [
  now,
  tasks,
  sandboxStore,
  files,
  oomKills,
  faults,
]

/**
 * A process that died has left nothing but its world: equal worlds have equal futures, and are looked at once. Only for
 * worlds that come from one.
 */
export const remembering = <A>(of: (world: World) => Promise<A>): ((world: World) => Promise<A>) => {
  const known = new Map<string, Promise<A>>()
  return (world) => {
    const key = asText(changing(world))
    const found = known.get(key) ?? of(world)
    known.set(key, found)
    return found
  }
}

export interface Histories {
  /** How many ways to die, once and twice, were followed to their end */
  readonly count: number
  /** Those that ended otherwise than the history without a death */
  readonly astray: readonly string[]
  /** What was lost on the way, in whatever they ended */
  readonly lost: readonly string[]
}

/** Follows every history of one death and of two, and compares its end with that of nobody dying (L10). */
export const followAll = async (
  world: World,
  wiring: Wiring = plainly,
  own: Partial<Options> = {},
): Promise<Histories> => {
  const deaths = remembering((each) => deathsIn(each, wiring, own))
  const outcome = remembering(async (left) => {
    const end = await endOf(left, wiring, own)
    return { end, lost: [...lostIn(world, end), ...lostIn(left, end)] }
  })
  const undisturbed = (await outcome(world)).end.text
  const astray: string[] = []
  const lost: string[] = []
  let count = 0
  const follow = async (history: string, left: World): Promise<void> => {
    count += 1
    const found = await outcome(left)
    if (found.end.text !== undisturbed) astray.push(`${history}: ${found.end.text} instead of ${undisturbed}`)
    lost.push(...found.lost.map((what) => `${history}: ${what}`))
  }
  for (const first of await deaths(world)) {
    await follow(first.at, first.world)
    for (const second of await deaths(first.world)) await follow(`${first.at}, ${second.at}`, second.world)
  }
  return { count, astray, lost }
}
