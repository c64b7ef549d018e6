import { describe, expect, it } from 'vitest'
import { explore } from './explore.js'
import type { Wiring } from './process.js'
import { replay, told } from './replay.js'
import { shown } from './shown.js'
import { areAlike } from './ways.js'
import { NODES, type SmallNode } from './worlds.js'
import { WORSE } from './worse.js'

/** The search finds what is wrong with programs that are worse, and tells a shortest way to it. */

const nodeOf = (name: string): SmallNode => {
  const node = NODES.find((each) => each.name === name) ?? expect.unreachable(name)
  return { ...node, bounds: { ...node.bounds, crashes: 0, mortal: [], restarts: false } }
}

describe('a recovery is caught', { timeout: 60_000 }, () => {
  const node = nodeOf('stopped and running, one name')
  it.each(WORSE)('that $that', async ({ that, wiring, law }) => {
    expect((await explore(node)).breaches).toEqual([])
    const { breaches } = await explore(node, wiring, (broken) => broken === law)
    const [found = expect.unreachable('nothing was found')] = breaches.filter((each) => each.law === law)
    process.stdout.write(`${shown(node, found, that)}\n`)
    const again = await replay(node, told(found.history), wiring)
    expect(again.map(({ choice }) => choice)).toEqual(found.history)
  })
  it('that never goes on', async () => {
    expect((await explore(node)).deadEnds).toEqual([])
    const stuck: Wiring = (ports) => ({
      ...ports,
      checkpoints: { ...ports.checkpoints, sweep: () => () => new Promise(() => undefined) },
    })
    expect((await explore(node, stuck)).deadEnds).not.toEqual([])
  })
  it('and two places that are not one go on in two ways', async () => {
    const [first, second] = await replay(node, 'begin, introspection.plugins')
    const one = first?.to ?? expect.unreachable('there is a first step')
    const other = second?.to ?? expect.unreachable('there is a second step')
    expect(await areAlike(one, one, node.bounds)).toBe(true)
    expect(await areAlike(one, other, node.bounds)).toBe(false)
  })
})
