import { expect } from 'vitest'
import { options } from '../../adapters/fast-check/options.js'
import { simulate } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/scale.js'
import { ended, type Part, RESTS, RUNS, recovered, worldOf } from './stage.js'
import { counted, rowWords } from './telling.js'

/** Very many containers. */

const MANY = 10_000
const KINDS: readonly Part[] = [RUNS, RESTS, ended(7), { task: null, checkpoint: 'RUNNING' }]

const simulated = async (): Promise<string> => {
  const parts = Array.from({ length: MANY }, (_, n) => [`c${n}`, KINDS[n % KINDS.length] ?? RUNS] as const)
  let [open, most] = [0, 0]
  const node = simulate(worldOf(Object.fromEntries(parts)), {
    gate: async (_, moment) => {
      open += moment === 'before' ? 1 : -1
      most = Math.max(most, open)
    },
  })
  const report = await recovered(node)
  expect(report.containers).toHaveLength(MANY)
  // An item looks at its checkpoint and at its task side by side, and does all else one after the other.
  expect(most).toBeLessThanOrEqual(2 * options().concurrency)
  return `${counted(report.containers.map(rowWords))}; never more than two calls at once for each that is worked on`
}

export const F22: Fault = {
  id: 'F22',
  says: '10 000 containers',
  expected: 'each is recovered, with a bounded number of descriptors',
  simulated: { made: '10000 containers of four kinds in one pod, calls under way counted', run: simulated },
  real: {
    made: '2000 container records with checkpoints of four kinds, made by containerd’s API and without tasks, beside two with tasks; the command may have 256 descriptors',
    deadlineMs: 200_000,
    run: real.many,
  },
}
