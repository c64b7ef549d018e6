import { isLeft } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import { entry } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import type { Report } from '../../core/report.js'
import type { Fault } from './fault.js'
import { liesAbout, lying } from './lies.js'
import * as real from './real/listings.js'
import { changes, ended, onDisk, RESTS, RUNS, recovered, tryRecover, worldOf } from './stage.js'
import { orphanWords, shown } from './telling.js'

/** What containerd's listings are not. */

const PARTS = { runs: RUNS, rests: RESTS, other: RESTS, spare: RESTS }
const IDS = { pod: 'pod', runs: 'runs', rests: 'rests', spare: 'spare' }

const unlisted = async (): Promise<string> => {
  const saw: string[] = []
  for (const [what, lie] of Object.entries(liesAbout(IDS))) {
    const node = simulate(worldOf(PARTS))
    const { tasks, files } = node.world()
    const report = await recovered(node, lying(node.ports, lie))
    expect(node.world().tasks, what).toEqual(tasks)
    expect(node.world().files, what).toEqual(expect.arrayContaining([...files]))
    saw.push(`${what}: ${orphanWords(report)}`)
  }
  const node = simulate(worldOf(PARTS))
  node.faults.add({ call: 'containers.list', id: 'container', answer: 'Unavailable', unreached: 'broken' })
  const broken = await tryRecover(node)
  expect([isLeft(broken) && broken.left.tag, changes(node)]).toEqual(['Unavailable', []])
  return [...saw, 'broken off: Unavailable, nothing done'].join('; ')
}

/** Each listing that may be too large, in front of a container that ended with 7 and a directory of nobody. */
const tooLarge = async (): Promise<string> => {
  const saw: string[] = []
  for (const call of ['containers.list', 'sandboxes.list', 'tasks.list', 'images.list'] as const) {
    const files = [entry('containers/old', { kind: 'directory' })]
    const node = simulate(worldOf({ ended: ended(7), runs: RUNS }, { files }))
    node.faults.add({ call, answer: 'Exhausted', said: 'received message larger than max' })
    const answer = await tryRecover(node)
    const stage = isLeft(answer) ? answer.left.tag : answer.right.fatal?.stage
    // Tasks are asked for one by one where they are not listed.
    if (call === 'tasks.list') expect([stage, onDisk(node, 'ended')]).toEqual([undefined, 'EXITED 7'])
    else expect([stage !== undefined, changes(node)]).toEqual([true, []])
    saw.push(`${call}: ${isLeft(answer) ? 'refused, nothing done' : fatalOr(answer.right)}`)
  }
  return saw.join('; ')
}

const fatalOr = (report: Report): string =>
  report.fatal === null ? `${shown(report, 'ended')}, ${orphanWords(report)}` : 'fatal, nothing done'

export const F19: Fault = {
  id: 'F19',
  says: 'a reply over 16 MiB',
  expected: 'it is taken, or refused with a clear error before anything is done',
  simulated: { made: 'one listing after the other is answered with Exhausted', run: tooLarge },
  real: {
    made: '20 MiB of container records and 18 MiB of images, made by containerd’s API',
    run: real.tooLarge,
  },
}

export const F24: Fault = {
  id: 'F24',
  says: 'a stale, partial or empty listing',
  expected: 'nothing is deleted',
  simulated: {
    made: 'records of four containers, of which listings that end well leave some out, two of them of a containerd that does not know those by name either; a listing that breaks off',
    run: unlisted,
  },
  real: {
    made: 'of four containers, listings that end well leave some out on their way to the recovery; a listing that breaks off',
    run: real.unlisted,
  },
}
