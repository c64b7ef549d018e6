import { readdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { entryAt } from '../../../adapters/fast-check/laws/files.js'
import type { Report } from '../../../core/report.js'
import { checkpoint, checkpointPath } from '../../lab/checkpoints.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { expectUntouched, idsIn, nodeOf, recovered, statusPath, withStatus, worldOf } from '../in-memory.js'
import { ORPHAN, type Pods } from '../lives.js'
import { containerOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'

/** F9: a checkpoint of a version that this program does not know. */

const PODS = {
  pod: { running: 'running', created: 'created', ended: { ended: 7 }, exited: { exited: 4 } },
} as const satisfies Pods
const NAMES = Object.keys(PODS.pod)

/** As far as a task tells, it is believed; but the file is another's, so the task that knows an exit is kept too. */
const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  for (const name of ['created', 'exited'] as const)
    expect(rowOf(report, ids, name).state, name).toBe('CONTAINER_UNKNOWN')
  const [running, ended] = [rowOf(report, ids, 'running'), rowOf(report, ids, 'ended')]
  expect(running.state).toBe('CONTAINER_RUNNING')
  expect(ended).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
  expect(ended.problems.map(({ code }) => code)).toContain('task-kept')
}

const IDS = idsIn(PODS)

const inMemory = async (): Promise<string> => {
  const files = NAMES.reduce((world, name) => {
    const text = entryAt(world, statusPath(name))?.text ?? ''
    return withStatus(world, name, { text: text.replace('"v1"', '"v2"') })
  }, worldOf(PODS)).files
  const node = nodeOf(PODS, { files })
  const before = node.world()
  const report = await recovered(node)
  expectShown(report, IDS)
  expectUntouched(node, { ...before, files: before.files.filter(({ path }) => !path.includes(ORPHAN)) })
  expect(states(await recovered(node), IDS)).toBe(states(report, IDS))
  return `${told(report, IDS)}; every file and every task as it was`
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const paths = NAMES.map((name) => checkpointPath(lab, containerOf(made, name).id))
  for (const name of NAMES) await checkpoint.futureVersion(lab, containerOf(made, name).id)
  const look = async () => ({
    files: await Promise.all(paths.map((path) => readFile(path, 'utf8'))),
    beside: await Promise.all(paths.map((path) => readdir(dirname(path)))),
    tasks: await tasks(lab),
  })
  const before = await look()
  expect(before.files.every((text) => text.includes('"v2"'))).toBe(true)
  const report = await recoverOn(lab)
  expectShown(report, made.ids)
  expect(await look()).toEqual(before)
  expect(states(await recoverOn(lab), made.ids)).toBe(states(report, made.ids))
  return `${told(report, made.ids)}; every file and every task as it was`
}

export const FUTURE: Fault = {
  id: 'F9',
  says: 'a checkpoint of a future version',
  expected:
    'the file untouched; UNKNOWN where no task tells more, and a task that tells is believed without being written down',
  simulated: { made: '"Version":"v2" in the file of each kind of container', run: inMemory },
  real: { made: '"Version":"v2" in the file of each kind of container', run: onLab },
}
