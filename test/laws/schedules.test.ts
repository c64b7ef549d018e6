import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { anyNode } from '../../adapters/fast-check/nodes.js'
import { options } from '../../adapters/fast-check/options.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, NOW, STARTED_AT, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, type Options as NodeOptions, simulate, type World } from '../../adapters/memory/index.js'
import type { Ports } from '../../ports/ports.js'
import { recover } from '../../ports/recover.js'
import { RUNS } from '../support/runs.js'

/** Replies come in any order, and nothing that is decided, written or removed depends on it (L2). */

type Gate = NonNullable<NodeOptions['gate']>
type Worsen = (ports: Ports) => Ports

/** How many orders each node is tried in. */
const ORDERS = 10

const inOrder = <A extends { readonly path: string; readonly in: string }>(files: readonly A[]) =>
  [...files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1))

const schedules = (nodes: fc.Arbitrary<World>, worsen: Worsen = (ports) => ports) => {
  const outcomeOf = async (world: World, concurrency: number, gate?: Gate): Promise<unknown> => {
    const node = simulate(world, gate === undefined ? {} : { gate })
    const report = rightOf(await recover(options({ concurrency }))(worsen(node.ports))())
    const { files, tasks, sandboxStore } = node.world()
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
        expect(await order.waitFor(outcomeOf(world, concurrency, gate))).toEqual(oneByOne)
      }
    },
  )
}

const RUNNING = `{"Version":"v1","CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"Pid":99}`
const IDS = ['a', 'b', 'c', 'd']
const FOUR: World = {
  ...emptyWorld(NOW),
  containers: [sandboxRecord('pod'), ...IDS.map((id) => containerRecord(id, 'pod'))],
  tasks: [taskReply('pod'), ...IDS.map((id) => taskReply(id))],
  files: IDS.map((id) => entry(`containers/${id}/status`, { text: RUNNING })),
}

/** The second checkpoint that is read is kept back, whosesoever it is. */
const unfair: Worsen = (ports) => {
  let read = 0
  return {
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      read: (id) => async () => {
        const answer = await ports.checkpoints.read(id)()
        read += 1
        return read === 2 ? ports.checkpoints.read('nobody')() : answer
      },
    },
  }
}

describe('a recovery', { timeout: 30_000 + RUNS * 120 }, () => {
  it('comes to the same whatever the order in which calls take effect and are answered', () =>
    fc.assert(schedules(anyNode(false)), { numRuns: RUNS }))
  it('is seen to come to something else where the order matters', async () => {
    expect((await fc.check(schedules(fc.constant(FOUR), unfair), { numRuns: 20 })).failed).toBe(true)
  })
})
