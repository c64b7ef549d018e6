import { isLeft } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import { simulate } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/rivals.js'
import { changes, ended, RUNS, tryRecover, worldOf } from './stage.js'
import { shown } from './telling.js'

/** Two that want the same. */

const PARTS = { ended: ended(7), runs: RUNS }

const atOnce = async (): Promise<string> => {
  const held = simulate(worldOf(PARTS, { lock: 'process 12' }))
  const refused = await tryRecover(held)
  expect([isLeft(refused) && refused.left.tag, changes(held)]).toEqual(['AlreadyExists', []])
  const node = simulate(worldOf(PARTS))
  const answers = await Promise.all([tryRecover(node), tryRecover(node)])
  const told = answers.map((answer) => (isLeft(answer) ? answer.left.tag : shown(answer.right, 'ended')))
  expect(told.toSorted()).toEqual(['AlreadyExists', 'EXITED 7 Error'])
  expect(changes(node)).toEqual(['checkpoints.write ended', 'tasks.kill ended', 'tasks.delete ended'])
  return `beside another process: AlreadyExists, nothing changed; two at once: ${told.join(' and ')}, each change made once`
}

export const F25: Fault = {
  id: 'F25',
  says: 'two recoveries at once',
  expected: 'the second refuses and changes nothing, the first goes on',
  simulated: { made: 'the lock is held by another process; two begin in the same moment', run: atOnce },
  real: {
    made: 'in the middle of one recovery the command is run beside it, on the same root',
    run: real.atOnce,
  },
}
