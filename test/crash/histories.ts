import { isRight } from 'fp-ts/lib/Either.js'
import { asText } from '../../adapters/fast-check/laws/case.js'
import { lifeOf } from '../../adapters/fast-check/laws/of-nodes.js'
import { options } from '../../adapters/fast-check/options.js'
import { type CrashWhen, type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Report } from '../../core/report.js'
import type { Options } from '../../ports/options.js'
import { recover } from '../../ports/recover.js'

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

const WHENS: readonly CrashWhen[] = ['before', 'after', 'torn']

/** Dies at the n-th call; null: there are not so many, or nothing of this one can be torn. */
const crashed = async (
  world: World,
  n: number,
  when: CrashWhen,
  wiring: Wiring,
): Promise<Crashed | 'finished' | 'whole'> => {
  const node = simulate(world)
  node.crashAt(n, when)
  const ended = await node.run(program(node, wiring, {}))
  if (ended.kind === 'finished') return 'finished'
  const { call, id } = ended.at
  if (when === 'torn' && call !== 'checkpoints.write') return 'whole'
  return { at: `${when} ${call} ${id ?? ''} (${n})`, world: node.world() }
}

/** Every way to die once in a recovery of this world. */
const deathsIn = async (world: World, wiring: Wiring): Promise<readonly Crashed[]> => {
  const deaths: Crashed[] = []
  for (let n = 1; ; n += 1)
    for (const when of WHENS) {
      const death = await crashed(world, n, when, wiring)
      if (death === 'finished') return deaths
      if (death !== 'whole') deaths.push(death)
    }
}

/** All that is left of a node and shown of it, once a recovery came to its end: fresh FIFOs are the same, whoever made them. */
const outcomeOf = async (world: World, wiring: Wiring): Promise<string> => {
  const node = simulate(world)
  const report = await program(node, wiring, {})()
  const { files, tasks, sandboxStore } = node.world()
  const sorted = [...files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1))
  const shown = [
    report.containers.map(lifeOf),
    report.sandboxes.map(({ id, name, state, pid }) => ({ id, name, state, pid })),
  ]
  return asText([sorted, tasks, sandboxStore, shown])
}

/** A process that died has left nothing but its world: equal worlds have equal futures, and are looked at once. */
export const remembering = <A>(of: (world: World) => Promise<A>): ((world: World) => Promise<A>) => {
  const known = new Map<string, Promise<A>>()
  return (world) => {
    const key = asText(world)
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
}

/** Follows every history of one death and of two, and compares its end with that of nobody dying (L10). */
export const followAll = async (world: World, wiring: Wiring = plainly): Promise<Histories> => {
  const deaths = remembering((each) => deathsIn(each, wiring))
  const outcome = remembering((each) => outcomeOf(each, wiring))
  const undisturbed = await outcome(world)
  const astray: string[] = []
  let count = 0
  const follow = async (history: string, left: World): Promise<void> => {
    count += 1
    const end = await outcome(left)
    if (end !== undisturbed) astray.push(`${history}: ${end} instead of ${undisturbed}`)
  }
  for (const first of await deaths(world)) {
    await follow(first.at, first.world)
    for (const second of await deaths(first.world)) await follow(`${first.at}, ${second.at}`, second.world)
  }
  return { count, astray }
}
