import { expect } from 'vitest'
import { entry } from '../../adapters/fast-check/worlds.js'
import { type CrashWhen, type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/crashes.js'
import { again, ended, RESTS, RUNS, recovered, tryRecover, worldOf } from './stage.js'
import { counted, orphanWords, shown } from './telling.js'

/** What a death of the recovery leaves behind. */

const PARTS = {
  ended: ended(7),
  unreadable: { ...ended(8), checkpoint: 'UNREADABLE' },
  runs: RUNS,
  rests: RESTS,
} as const
const WORLD = worldOf(PARTS, { files: [entry('containers/old/status', { text: 'old' })] })

/** All that is left of a node, whatever the order in which it was made. */
const left = (node: SimulatedNode): unknown => {
  const { tasks, files } = node.world()
  return { tasks, files: [...files].sort((a, b) => (`${a.in}/${a.path}` < `${b.in}/${b.path}` ? -1 : 1)) }
}

/** Dies at the n-th changing call; null: there are not so many. */
const killed = async (world: World, n: number, when: CrashWhen): Promise<SimulatedNode | null> => {
  const node = simulate(world)
  node.crashAt(n, when, 'mutating')
  const { kind } = await node.run(() => tryRecover(node))
  return kind === 'crashed' ? node : null
}

const atEveryEffect = async (): Promise<string> => {
  const unharmed = simulate(WORLD)
  const report = await recovered(unharmed)
  let deaths = 0
  for (const when of ['before', 'after', 'torn'] as const)
    for (let n = 1; ; n += 1) {
      const dead = await killed(WORLD, n, when)
      if (dead === null) break
      const next = again(dead)
      await recovered(next)
      expect(left(next), `${when} effect ${n}`).toEqual(left(unharmed))
      deaths += 1
    }
  const states = Object.keys(PARTS).map((id) => shown(report, id))
  return `${deaths} deaths, one end: ${counted(states)}, ${orphanWords(report)}`
}

export const F21: Fault = {
  id: 'F21',
  says: 'SIGKILL at effect N',
  expected: 'the recovery after it comes to the same end as one that nobody killed',
  simulated: {
    made: 'the process dies before, after and in the middle of each call that changes something',
    run: atEveryEffect,
  },
  real: {
    made: 'strace kills the command as it enters its first fsync, rename, unlink and rmdir',
    run: real.atFirstCalls,
  },
}
