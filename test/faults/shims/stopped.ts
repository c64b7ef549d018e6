import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Report } from '../../../core/report.js'
import { checkpointPath } from '../../lab/checkpoints.js'
import { shimOf, tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { signal } from '../../lab/processes.js'
import { suspend } from '../../lab/stopped.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { effects, idsIn, nodeOf, recovered, SECOND } from '../in-memory.js'
import { containerOf, podOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'
import { expectCalm, HIT, TWO_PODS } from './two-pods.js'

/** F3: a shim is there, and does not answer. Whatever its pod's containers do, nobody tells. */

const expectDoubt = (report: Report, ids: Ids): void => {
  expectCalm(report, ids)
  for (const name of ['api', 'work'] as const)
    expect(rowOf(report, ids, name), name).toMatchObject({ state: 'CONTAINER_UNKNOWN', finishedAt: 0n })
}

const expectWhole = (report: Report, ids: Ids): void => {
  expectCalm(report, ids)
  expect(rowOf(report, ids, 'api').state).toBe('CONTAINER_RUNNING')
  expect(rowOf(report, ids, 'work')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 3 })
}

const IDS = idsIn(TWO_PODS)

const inMemory = async (): Promise<string> => {
  const node = nodeOf(TWO_PODS)
  const before = node.world()
  for (const id of HIT) node.faults.add({ call: 'tasks.*', id, answer: 'hang' })
  const report = await recovered(node)
  expectDoubt(report, IDS)
  for (const name of HIT) expect(effects(node).filter((effect) => effect.endsWith(` ${name}`))).toEqual([])
  const of = (name: string) => node.world().files.find(({ path }) => path === `containers/${name}/status`)
  for (const name of ['api', 'work', 'rest'])
    expect(of(name)).toEqual(before.files.find(({ path }) => path === `containers/${name}/status`))
  // The sandbox and the two containers are looked at side by side, each with one deadline.
  expect(node.ports.clock.now() - before.now).toBeLessThanOrEqual(20n * SECOND)
  node.faults.clear()
  const last = await recovered(node)
  expectWhole(last, IDS)
  return `${told(report, IDS)}; once it goes on, ${states(last, IDS)}`
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, TWO_PODS)
  const shim = shimOf(lab, podOf(made, 'hit'))
  const files = () =>
    Promise.all(
      ['api', 'work', 'rest'].map((name) =>
        readFile(checkpointPath(lab, containerOf(made, name).id), 'utf8'),
      ),
    )
  const before = await files()
  let report: Report
  try {
    await suspend(shim)
    report = await recoverOn(lab, { timeoutMs: 10_000 })
    expectDoubt(report, made.ids)
    expect(await files()).toEqual(before)
  } finally {
    signal(shim, 'SIGCONT')
  }
  const left = (await tasks(lab)).map(({ id }) => id)
  for (const name of HIT) expect(left).toContain(made.ids.get(name))
  const last = await recoverOn(lab)
  expectWhole(last, made.ids)
  return `${told(report, made.ids)}; once it goes on, ${states(last, made.ids)}`
}

export const STOPPED: Fault = {
  id: 'F3',
  says: 'one shim stopped',
  expected:
    'only its containers are in doubt, nothing of theirs is written or deleted, and they are known once it goes on',
  simulated: { made: 'every call about a task of one pod hangs', run: inMemory },
  real: { made: 'SIGSTOP to the shim of one of two pods', run: onLab },
}
