import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect } from 'vitest'
import { checkpoint, checkpointPath } from '../../lab/checkpoints.js'
import type { Lab } from '../../lab/lab.js'
import { counted, rowWords, shown } from '../telling.js'
import { plantRecords } from './plant.js'
import { end, onDisk, one, recoverBelow, reportOf, setUp } from './stage.js'

const MANY = 2_000
/** Four for each of the 32 items under way, and as much again for the program itself: many fewer than there are items. */
const DESCRIPTORS = 256

type Edit = (lab: Lab, id: string) => Promise<unknown>

const FORMS: readonly Edit[] = [
  checkpoint.created,
  (lab, id) => checkpoint.running(lab, id, 4242n),
  (lab, id) => checkpoint.exited(lab, id, 3n),
  checkpoint.garbage,
]

const plantCheckpoints = async (lab: Lab, like: string, ids: readonly string[]): Promise<void> => {
  const text = await readFile(checkpointPath(lab, like))
  for (const [n, id] of ids.entries()) {
    await mkdir(dirname(checkpointPath(lab, id)))
    await writeFile(checkpointPath(lab, id), text)
    await FORMS[n % FORMS.length]?.(lab, id)
  }
}

export const many = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, ['runs', 'ended'], ['rests'])
  const ids = Array.from({ length: MANY }, (_, n) => `planted-${n}`)
  await plantRecords(lab, one(made, 'rests'), ids)
  await plantCheckpoints(lab, one(made, 'rests').id, ids)
  await end(lab, one(made, 'ended'), 7)
  const report = reportOf(await recoverBelow(lab, ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`]))
  const planted = report.containers.filter(({ id }) => id.startsWith('planted-')).map(rowWords)
  expect([planted.length, report.fatal]).toEqual([MANY, null])
  expect(await onDisk(lab, one(made, 'ended'))).toBe('EXITED 7')
  const tasks = (['runs', 'ended'] as const).map((name) => shown(report, one(made, name).id))
  return `${counted(planted)}; of the two with tasks: ${tasks.join(', ')}`
}
