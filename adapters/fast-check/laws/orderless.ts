import fc from 'fast-check'
import type { Report } from '../../../core/report.js'
import { recover } from '../../../ports/recover.js'
import { type Options as NodeOptions, simulate, type World } from '../../memory/index.js'
import { anyNode } from '../arbitraries/nodes.js'
import { rightOf } from '../either.js'
import { options } from '../options.js'
import { differences, type Things } from './differences.js'
import { plainly, recorded, type Wiring } from './recorded.js'

type Gate = NonNullable<NodeOptions['gate']>

/** How many orders each node is tried in. */
const ORDERS = 10

/** All that a recovery came to: what it tells, and what it left behind. */
const thingsOf = (report: Report, { files, tasks, sandboxStore }: World): Things =>
  new Map<string, unknown>([
    ['the report', { ...report, containers: null, sandboxes: null }],
    ...report.containers.map((row) => [`container ${row.id}`, row] as const),
    ...report.sandboxes.map((row) => [`sandbox ${row.id}`, row] as const),
    ...files.map((file) => [`${file.in}/${file.path}`, file] as const),
    ...tasks.map((task) => [`task ${task.id}`, task] as const),
    ...(sandboxStore ?? []).map((stored) => [`stored sandbox ${stored.id}`, stored] as const),
  ])

/**
 * A property: whatever the order in which calls take effect and are answered, a recovery through these ports comes
 * to the same report and leaves the same node behind as one that does one thing after the other (L2).
 *
 * @example
 * await fc.assert(orderless(({ ports }) => ({ ...ports, checkpoints: mine })))
 */
export const orderless = (
  wire: Wiring = plainly,
  nodes: fc.Arbitrary<World> = anyNode(false),
): fc.IAsyncPropertyWithHooks<[World, fc.Scheduler[], number]> => {
  const outcomeOf = async (world: World, concurrency: number, gate?: Gate): Promise<Things> => {
    const node = simulate(world, gate === undefined ? {} : { gate })
    const seen = recorded(node, wire)
    const report = rightOf(await recover(options({ concurrency }))(seen.ports)())
    return thingsOf(report, await seen.world())
  }
  return fc.asyncProperty(
    nodes,
    fc.array(fc.scheduler(), { minLength: ORDERS, maxLength: ORDERS }),
    fc.constantFrom(2, 4, 64),
    async (world, orders, concurrency) => {
      const oneByOne = await outcomeOf(world, 1)
      for (const order of orders) {
        const gate: Gate = ({ call, id }, moment) =>
          order.schedule(Promise.resolve(), `${moment} ${call} ${id ?? ''}`)
        const came = await order.waitFor(outcomeOf(world, concurrency, gate))
        const other = differences(oneByOne, came)
        if (other.length > 0) throw new Error(`one by one → in this order: ${other.join('\n')}`)
      }
    },
  )
}
