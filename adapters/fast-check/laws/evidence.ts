import type { Report } from '../../../core/report.js'
import type { Options } from '../../../ports/recover.js'
import { type SimulatedNode, simulate, type World } from '../../memory/index.js'
import type { Call } from '../../memory/intercept.js'
import { options } from '../options.js'
import { recoverStaying } from '../staying.js'
import { plainly, type Recorded, recorded, type Wiring } from './recorded.js'

/** What one recovery left behind: all that a law may look at. */
export interface Run {
  readonly before: World
  readonly after: World
  readonly log: readonly Call[]
  readonly report: Report
  readonly force: boolean
}

/** A recovery, and a second one after it that nobody disturbed. */
export interface Evidence {
  readonly first: Run
  readonly second: Run
}

const SECOND = 1_000_000_000n

const runOn = async (node: SimulatedNode, seen: Recorded, asked: Options): Promise<Run> => {
  const before = await seen.world()
  const from = seen.log().length
  const recovery = await recoverStaying(asked, node, seen.ports)
  // A process that goes ends its waits; the second one begins its own.
  recovery.close()
  return {
    before,
    after: await seen.world(),
    log: seen.log().slice(from),
    report: recovery.report,
    force: asked.force,
  }
}

/** Recovers a node of this world twice, a second apart, through these ports. */
export const recoverTwice = async (
  world: World,
  own: Partial<Options> = {},
  wire: Wiring = plainly,
): Promise<Evidence> => {
  const node = simulate(world)
  const seen = recorded(node, wire)
  const first = await runOn(node, seen, options(own))
  node.advance(SECOND)
  return { first, second: await runOn(node, seen, options(own)) }
}
