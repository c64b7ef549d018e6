import { readdir, readFile, stat, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import type { Report } from '../../../core/report.js'
import { checkpointPath, readCheckpoint } from '../../lab/checkpoints.js'
import type { Lab } from '../../lab/lab.js'
import { planOn, recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, isKept, nodeOf, recovered, withStatus, worldOf } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { containerOf, podsOn } from '../on-lab.js'
import { type Ids, rowOf, told } from '../told.js'

/** F10: a checkpoint of 1 GiB, all of it holes. */

const PODS = { pod: { web: 'running', huge: 'running', 'huge-ended': { ended: 7 } } } as const satisfies Pods
const HUGE = ['huge', 'huge-ended'] as const
const GIB = 1 << 30

const expectShown = (report: Report, ids: Ids): void => {
  expect(report.fatal).toBeNull()
  for (const name of HUGE)
    expect(rowOf(report, ids, name).problems).toContainEqual({
      code: 'checkpoint-unreadable',
      severity: 'warning',
      message: `Its checkpoint cannot be read (too-large): ${GIB} bytes.`,
    })
  expect(rowOf(report, ids, 'huge').state).toBe('CONTAINER_RUNNING')
  expect(rowOf(report, ids, 'huge-ended')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
}

const IDS = idsIn(PODS)

const inMemory = async (): Promise<string> => {
  const world = HUGE.reduce((files, name) => withStatus(files, name, { bytes: BigInt(GIB) }), worldOf(PODS))
  const node = nodeOf(PODS, { files: world.files })
  const report = await recovered(node)
  expectShown(report, IDS)
  const after = node.world()
  expect(HUGE.map((name) => isKept(world, after, name))).toEqual([true, true])
  return `${told(report, IDS)}; both files set aside whole`
}

/** All that this process has read so far, by the kernel's own count. */
const bytesRead = async (): Promise<number> =>
  Number(/^rchar: (\d+)/m.exec(await readFile('/proc/self/io', 'utf8'))?.[1])

/** Far less than one of the files, and far more than everything else that is read meanwhile. */
const MOST = GIB >> 3

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, PODS)
  const paths = HUGE.map((name) => checkpointPath(lab, containerOf(made, name).id))
  for (const path of paths) await truncate(path, GIB)
  const before = await bytesRead()
  await planOn(lab)
  const report = await recoverOn(lab)
  expect((await bytesRead()) - before).toBeLessThan(MOST)
  expectShown(report, made.ids)
  for (const [at, path] of paths.entries()) {
    const aside = (await readdir(dirname(path))).filter((name) => name.startsWith('status.unreadable-'))
    const sizes = await Promise.all(aside.map(async (name) => (await stat(join(dirname(path), name))).size))
    expect(sizes).toEqual([GIB])
    const text = await readCheckpoint(lab, containerOf(made, HUGE[at] ?? '').id)
    expect(text).toContain('"Version":"v1"')
  }
  return `${told(report, made.ids)}; both files set aside whole`
}

export const TOO_LARGE: Fault = {
  id: 'F10',
  says: 'a checkpoint of 1 GiB',
  expected: 'not read beyond a cap; its task is believed, and the file set aside',
  simulated: { made: 'a file of 1 GiB of zeros', run: inMemory },
  real: { made: 'the file made 1 GiB long with truncate(2), which leaves it sparse', run: onLab },
}
