import { describe, expect, it } from 'vitest'
import type { Ports } from '../../ports/ports.js'
import { newSwitch } from '../../ports/signal.js'
import { explore } from './explore.js'
import type { Wiring } from './process.js'
import { replay, told } from './replay.js'
import { shown } from './shown.js'
import { NODES, type SmallNode } from './worlds.js'

/** The search finds what is wrong with programs that are worse, and tells a shortest way to it. */

const patient = newSwitch().signal

const withWrite =
  (first: (ports: Ports, id: string, text: string) => Promise<unknown>): Wiring =>
  (ports) => ({
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      write: (id, text) => async () => {
        await first(ports, id, text)
        return ports.checkpoints.write(id, text)()
      },
    },
  })

/** The second checkpoint that is read is taken for missing, whosesoever it is. */
const unfair: Wiring = (ports) => {
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

const WORSE: readonly { readonly that: string; readonly wiring: Wiring; readonly law: string }[] = [
  {
    that: 'deletes a task before its exit is on disk',
    wiring: withWrite(({ tasks }, id) => tasks.delete(id, patient)()),
    law: 'L6',
  },
  {
    that: 'writes a checkpoint in two steps',
    wiring: withWrite(({ checkpoints }, id, text) => checkpoints.write(id, text.slice(0, 20))()),
    law: 'L14',
  },
  { that: 'decides by the order of replies', wiring: unfair, law: 'L2' },
]

const nodeOf = (name: string): SmallNode => {
  const node = NODES.find((each) => each.name === name) ?? expect.unreachable(name)
  return { ...node, bounds: { ...node.bounds, crashes: 0, mortal: [], restarts: false } }
}

describe('a recovery is caught', { timeout: 60_000 }, () => {
  const node = nodeOf('stopped and running, one name')
  it.each(WORSE)('that $that', async ({ wiring, law }) => {
    expect((await explore(node)).breaches).toEqual([])
    const { breaches } = await explore(node, wiring, (broken) => broken === law)
    const [found = expect.unreachable('nothing was found')] = breaches.filter((each) => each.law === law)
    process.stdout.write(`${shown(node, found)}\n`)
    const again = await replay(node, told(found.history), wiring)
    expect(again.map(({ choice }) => choice)).toEqual(found.history)
  })
})
