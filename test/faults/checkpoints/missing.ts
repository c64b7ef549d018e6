import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import type { World } from '../../../adapters/memory/index.js'
import type { Report } from '../../../core/report.js'
import { checkpoint, checkpointPath } from '../../lab/checkpoints.js'
import { removeRootDirectory } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, nodeOf, recovered, statusPath, withStatus, worldOf } from '../in-memory.js'
import type { Life, Pods } from '../lives.js'
import { containerOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'

/** F7: a checkpoint is gone, alone or with its directory. */

const EACH = { running: 'running', created: 'created', ended: { ended: 7 }, exited: { exited: 4 } } as const

/** Each life twice: without its file, and without its directory. */
const PODS = {
  pod: Object.fromEntries(
    Object.entries(EACH).flatMap(([name, life]): (readonly [string, Life])[] => [
      [name, life],
      [`${name}-bare`, life],
    ]),
  ),
} satisfies Pods
const NAMES = Object.keys(PODS.pod)
const isBare = (name: string): boolean => name.endsWith('-bare')

/** Those whose task knows are believed; of the others nobody knows anything, and they are shown all the same. */
const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  for (const end of ['', '-bare']) {
    expect(rowOf(report, ids, `running${end}`).state).toBe('CONTAINER_RUNNING')
    expect(rowOf(report, ids, `ended${end}`)).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
    for (const name of ['created', 'exited'] as const)
      expect(rowOf(report, ids, `${name}${end}`).state, name).toBe('CONTAINER_UNKNOWN')
  }
}

/** What was learnt is on disk then; doubt is not. */
const isWritten = (name: string): boolean => /^(running|ended)/.test(name)

const IDS = idsIn(PODS)

const worldWithout = (): World => {
  const bare = new Set(NAMES.filter(isBare).map(statusPath))
  const world = NAMES.filter((name) => !isBare(name)).reduce(
    (all, name) => withStatus(all, name, null),
    worldOf(PODS),
  )
  return { ...world, files: world.files.filter(({ path }) => !bare.has(path)) }
}

const inMemory = async (): Promise<string> => {
  const node = nodeOf(PODS, { files: worldWithout().files })
  const report = await recovered(node)
  expectShown(report, IDS)
  const paths = node.world().files.map(({ path }) => path)
  expect(NAMES.filter((name) => paths.includes(statusPath(name)))).toEqual(NAMES.filter(isWritten))
  const again = await recovered(node)
  expect(states(again, IDS)).toBe(states(report, IDS))
  return told(report, IDS)
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  for (const name of NAMES) {
    const container = containerOf(made, name)
    await (isBare(name) ? removeRootDirectory(lab, container) : checkpoint.missing(lab, container.id))
  }
  const report = await recoverOn(lab)
  expectShown(report, made.ids)
  const paths = NAMES.map((name) => checkpointPath(lab, containerOf(made, name).id))
  expect(paths.map((path) => existsSync(path))).toEqual(NAMES.map(isWritten))
  expect(paths.filter((path) => !existsSync(dirname(path)))).toEqual([])
  const again = await recoverOn(lab)
  expect(states(again, made.ids)).toBe(states(report, made.ids))
  return told(report, made.ids)
}

export const MISSING: Fault = {
  id: 'F7',
  says: 'a checkpoint missing',
  expected:
    'a task that knows is believed and written down; what nobody knows is UNKNOWN, shown, and not written',
  simulated: { made: 'no file, or no directory (-bare), of each kind of container', run: inMemory },
  real: { made: 'the file removed, or the directory (-bare), of each kind of container', run: onLab },
}
