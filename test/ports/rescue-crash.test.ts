import { describe, expect, it } from 'vitest'
import { taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { type CrashWhen, type FileEntry, simulate, type World } from '../../adapters/memory/index.js'
import { rescue } from '../../ports/rescue.js'
import { downWith, rescueOn, rescueOptions, STATUS, stopped } from './rescues.js'

/** The lock of a process that died is free again, and the names of copies tell when they were made. */
const filesOf = (world: World): readonly FileEntry[] =>
  [...world.files].sort((a, b) => (a.path < b.path ? -1 : 1))

const WORLD: World = {
  ...downWith(['a', 'b', 'c', 'd']),
  tasks: [
    stopped('pod'),
    stopped('a'),
    stopped('b', { exitStatus: 137 }),
    stopped('c', { exitStatus: 0 }),
    taskReply('d'),
  ],
  oomKills: [{ id: 'b', count: 1 }],
  files: [
    entry('sandboxes/pod', { kind: 'directory' }),
    entry('containers/a/status', { text: STATUS }),
    entry('containers/b/status', { text: '{"Version":"v1","more":12345678901234567890' }),
    entry('containers/c', { kind: 'directory' }),
    entry('containers/d/status', { text: STATUS }),
  ],
}

const program = (node: ReturnType<typeof simulate>) => () =>
  node.run(() => rescue(rescueOptions({ concurrency: 2 }))(node.rescuePorts)())

/** Dies at the n-th call; says whether it came to that. */
const crashed = async (world: World, n: number, when: CrashWhen) => {
  const node = simulate(world)
  node.crashAt(n, when)
  const ended = await program(node)()
  return { world: node.world(), died: ended.kind === 'crashed' }
}

describe('a rescue that dies and is run again leaves the files of one that did not (L10, L14)', () => {
  it.each(['before', 'after', 'torn'] as const)('%s any call', async (when) => {
    const undisturbed = filesOf((await rescueOn(WORLD)).node.world())
    let n = 1
    for (; ; n += 1) {
      const first = await crashed(WORLD, n, when)
      if (!first.died) break
      const { node } = await rescueOn(first.world)
      expect(filesOf(node.world())).toEqual(undisturbed)
    }
    expect(n).toBeGreaterThan(15)
  })
  it.each(['before', 'after', 'torn'] as const)('%s any two calls', async (when) => {
    const undisturbed = filesOf((await rescueOn(WORLD)).node.world())
    for (let n = 1; ; n += 1) {
      const first = await crashed(WORLD, n, when)
      if (!first.died) break
      for (let m = 1; ; m += 1) {
        const second = await crashed(first.world, m, when)
        const { node } = await rescueOn(second.world)
        expect(filesOf(node.world())).toEqual(undisturbed)
        if (!second.died) break
      }
    }
  })
})
