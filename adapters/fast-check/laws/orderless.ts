import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { recover } from '../../../ports/recover.js'
import { type Options as NodeOptions, simulate, type World } from '../../memory/index.js'
import { anyNode } from '../arbitraries/nodes.js'
import { rightOf } from '../either.js'
import { options } from '../options.js'
import { asText } from './case.js'
import { plainly, recorded, type Wiring } from './recorded.js'

type Gate = NonNullable<NodeOptions['gate']>

/** How many orders each node is tried in. */
const ORDERS = 10

const inOrder = <A extends { readonly path: string; readonly in: string }>(files: readonly A[]) =>
  [...files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1))

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
  const outcomeOf = async (world: World, concurrency: number, gate?: Gate): Promise<unknown> => {
    const node = simulate(world, gate === undefined ? {} : { gate })
    const seen = recorded(node, wire)
    const report = rightOf(await recover(options({ concurrency }))(seen.ports)())
    const { files, tasks, sandboxStore } = await seen.world()
    return { report, files: inOrder(files), tasks, sandboxStore }
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
        if (!isDeepStrictEqual(came, oneByOne))
          throw new Error(`it came to ${asText(came)} instead of ${asText(oneByOne)}`)
      }
    },
  )
}
