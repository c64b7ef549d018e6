import { expect } from 'vitest'
import { untilTrue } from '../../../adapters/fast-check/wait.js'
import type { Report } from '../../../core/report.js'
import { pidOf, shimOf, tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { findProcess, isAlive, signal, untilDead } from '../../lab/processes.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, nodeOf, recovered } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { containerOf, podOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, told } from '../told.js'
import { TWO_PODS } from './two-pods.js'

/** F4: a shim dies, and with it all that knew how its pod's containers end. */

/**
 * One dies beside its containerd, the other while there is none: for that containerd restarts, which from 1.7 on costs
 * the exit of `job` as well, in a pod whose shim is well.
 */
const PODS = {
  ...TWO_PODS,
  gone: { app: 'running', left: 'created' },
} as const satisfies Pods

/** An exit that nobody can know is 255, and says so; never 0, and never one that was made up. */
const expectLost = (report: Report, ids: Ids, names: readonly string[]): void => {
  for (const name of names) {
    const row = rowOf(report, ids, name)
    expect(row, name).toMatchObject({
      state: 'CONTAINER_EXITED',
      exitCode: 255,
      reason: 'Unknown',
      pid: 0,
      message: expect.stringMatching(/^The exit happened/),
    })
    expect(
      row.problems.map(({ code }) => code),
      name,
    ).toContain('exit-lost')
  }
}

const expectRest = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  expect(rowOf(report, ids, 'web').state).toBe('CONTAINER_RUNNING')
  for (const name of ['idle', 'rest', 'left'] as const)
    expect(rowOf(report, ids, name).state, name).toBe('CONTAINER_CREATED')
}

/** What is known stays known. */
const expectSame = (first: Report, second: Report): void => {
  const lives = ({ containers }: Report) =>
    containers.map(({ id, state, exitCode, finishedAt }) => ({ id, state, exitCode, finishedAt }))
  expect(lives(second)).toEqual(lives(first))
}

const IDS = idsIn(PODS)

const inMemory = async (): Promise<string> => {
  const node = nodeOf(PODS)
  for (const id of ['hit', 'api', 'work']) node.killShim(id)
  node.stopContainerd()
  for (const id of ['gone', 'app']) node.killShim(id)
  node.startContainerd()
  const report = await recovered(node)
  expectLost(report, IDS, ['api', 'work', 'app'])
  expectRest(report, IDS)
  expectSame(report, await recovered(node))
  return told(report, IDS)
}

/** The shim of that pod is killed; it is a process of nobody's, so its end is seen in /proc. */
const killShim = async (lab: Lab, pod: Parameters<typeof shimOf>[1]): Promise<void> => {
  const shim = shimOf(lab, pod)
  signal(shim, 'SIGKILL')
  await untilDead(shim)
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const processes = await Promise.all(
    ['api', 'app'].map(async (name) => findProcess(await pidOf(lab, containerOf(made, name)))),
  )
  await killShim(lab, podOf(made, 'hit'))
  const lost = ['hit', 'api', 'work'].map((name) => made.ids.get(name))
  await untilTrue('containerd has cleared away what is left', async () =>
    (await tasks(lab)).every(({ id }) => !lost.includes(id)),
  )
  await lab.containerd.kill('SIGKILL')
  await killShim(lab, podOf(made, 'gone'))
  await lab.start(false)
  const report = await recoverOn(lab)
  expectLost(report, made.ids, ['api', 'work', 'app'])
  expectRest(report, made.ids)
  expectSame(report, await recoverOn(lab))
  // What is shown as ended has ended: containerd kills what a dead shim leaves.
  expect(processes.map((process) => process !== undefined && isAlive(process))).toEqual([false, false])
  expect(processes).not.toContain(undefined)
  return told(report, made.ids)
}

export const KILLED: Fault = {
  id: 'F4',
  says: 'a shim killed',
  expected: 'its containers have ended, how is lost and said to be, and the others do not notice',
  simulated: {
    made: 'the shim of one pod dies beside containerd, that of another without it',
    run: inMemory,
  },
  real: {
    made: 'SIGKILL to the shim of one pod beside containerd, to that of another while containerd is down',
    run: onLab,
  },
}
