import { expect } from 'vitest'
import { simulate } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/clock.js'
import { again, changes, ended, type Part, recovered, worldOf } from './stage.js'
import { shown } from './telling.js'
import { expectSane, LAST, MINUTE } from './times.js'

/** What the clock says. */

const PARTS: Readonly<Record<string, Part>> = {
  ended: ended(7),
  timeless: { task: { status: 'stopped', exitStatus: 7, exitedAt: null }, checkpoint: 'RUNNING' },
  lost: { task: null, checkpoint: 'RUNNING' },
  learnt: { task: {}, checkpoint: 'CREATED' },
}

const simulated = async (): Promise<string> => {
  const world = worldOf(PARTS)
  const back = simulate(world, {
    gate: async () => back.setClock(back.ports.clock.now() - MINUTE),
  })
  const nodes = {
    1970: simulate({ ...world, now: 0n }),
    backwards: back,
    2262: simulate({ ...world, now: LAST }),
  }
  const saw: string[] = []
  for (const [clock, node] of Object.entries(nodes)) {
    const report = await recovered(node)
    expectSane(report)
    const later = again(node)
    expectSane(await recovered(later))
    expect(changes(later), clock).toEqual([])
    saw.push(
      Object.keys(PARTS)
        .map((id) => `${id} ${shown(report, id)}`)
        .join(', '),
    )
  }
  expect(new Set(saw).size).toBe(1)
  return `at each of ${saw.length} clocks: ${saw[0]}; times in order; a second recovery changed nothing`
}

export const F20: Fault = {
  id: 'F20',
  says: 'a clock at 1970, backwards, 2262',
  expected:
    'no state depends on the clock, and no container ends before it starts or starts before it is made',
  simulated: {
    made: 'the clock stands at 1970, goes back a minute with each call, stands at the last moment of 2262',
    run: simulated,
  },
  real: {
    made: 'the clock that the recovery is given stands at 1970, goes back a minute with each reading, stands at the last moment of 2262',
    run: real.clocks,
  },
}
