// Prove an adapter of your own. Copy this file, put your adapter in the place of the table, and run it with vitest.
//
//     npm run build && npx vitest run --dir examples
import { describeCheckpointStore, lawful, orderless } from 'cri-recover/testing'
import fc from 'fast-check'
import { it } from 'vitest'
import { tableOfCheckpoints } from './adapters/table.mjs'

// The contract of its port: sentences, and any sequence of calls compared with files in memory.
describeCheckpointStore('our table', async () => ({
  checkpoints: tableOfCheckpoints(),
  cleanup: async () => undefined,
}))

const SLOW = { timeout: 60_000 }

// The whole program on it, on nodes of every kind: the laws hold, and the order of replies changes nothing.
const wire = ({ ports }) => ({ ...ports, checkpoints: tableOfCheckpoints(ports.checkpoints) })
it('keeps the laws on any node', SLOW, () => fc.assert(lawful({ wire }), { numRuns: 200 }))
it('comes to the same in any order of replies', SLOW, () => fc.assert(orderless(wire), { numRuns: 20 }))
