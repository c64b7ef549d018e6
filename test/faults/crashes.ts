import { expect } from 'vitest'
import { entryAt } from '../../adapters/fast-check/laws/files.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { type CrashWhen, type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/crashes.js'
import { again, ended, GARBAGE, onDisk, RESTS, RUNS, recovered, tryRecover, worldOf } from './stage.js'
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

/** Each write of a checkpoint, cut in its middle. */
const torn = async (): Promise<string> => {
  const saw = new Set<string>()
  for (let n = 1; ; n += 1) {
    const dead = await killed(WORLD, n, 'torn')
    if (dead === null) break
    const cut = ['ended', 'unreadable'].find((id) => entryAt(dead.world(), `containers/${id}/.tmp-status1`))
    if (cut === undefined) continue
    const before = onDisk(dead, cut)
    expect(before).toBe(cut === 'ended' ? 'RUNNING' : 'unreadable')
    const next = again(dead)
    await recovered(next)
    expect(entryAt(next.world(), `containers/${cut}/.tmp-status1`)).toBeUndefined()
    saw.add(`${before} as before, then ${onDisk(next, cut)}`)
  }
  const aside = simulate(WORLD)
  await recovered(aside)
  expect(aside.world().files.filter(({ text }) => text === GARBAGE)).toHaveLength(1)
  expect([...saw]).toEqual(['RUNNING as before, then EXITED 7', 'unreadable as before, then EXITED 8'])
  return `${[...saw].join('; ')}; leftovers swept, what could not be read kept aside`
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

export const F23: Fault = {
  id: 'F23',
  says: 'writes lost at power cut',
  expected: 'a reader sees the old or the new checkpoint, and what an interrupted write left is cleaned',
  simulated: {
    made: 'the process dies in the middle of each write, half of whose bytes are in its temporary file',
    run: torn,
  },
  real: { cannot: 'a machine whose power is cut takes the test along' },
}
