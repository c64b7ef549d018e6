import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { checkpointPath } from '../../lab/checkpoints.js'
import type { Lab } from '../../lab/lab.js'
import type { LabContainer } from '../../lab/pods.js'
import { recoverOn } from '../../real/node.js'
import { shown } from '../telling.js'
import { end, hasTask, onDisk, one, recoverBelow, setUp } from './stage.js'

/** The first of each is met in the sync of a checkpoint, in its replacement, in the taking of the lock, in an orphan. */
const CALLS = ['fsync', 'rename', 'unlink', 'rmdir'] as const
const UNHARMED = 'nobody'

const plantOrphan = async (lab: Lab, name: string): Promise<void> => {
  const orphan = join(lab.criRoot, 'containers', name)
  await mkdir(join(orphan, 'io'), { recursive: true })
  await writeFile(join(orphan, 'io/file'), 'old')
}

/** Dies when it enters that call for the first time: of this node's files, one thread does all there is to do. */
const killedAt = async (lab: Lab, call: string): Promise<void> => {
  const trace = join(lab.dir, `trace-${call}`)
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=1`]
  const strace = ['strace', '-f', '-o', trace, '-E', 'UV_THREADPOOL_SIZE=1', ...inject]
  // strace ends as what it traced did: by a signal, too.
  await recoverBelow(lab, strace).catch(() => undefined)
  expect(await readFile(trace, 'latin1'), call).toContain('killed by SIGKILL')
}

/** What a recovery comes to that nobody disturbs. */
const outcome = async (lab: Lab, container: LabContainer): Promise<string> => {
  const report = await recoverOn(lab)
  const files = await readdir(dirname(checkpointPath(lab, container.id)))
  const known = await readdir(join(lab.criRoot, 'containers'))
  const kept = (await hasTask(lab, container)) ? 'kept' : 'deleted'
  const orphans = known.filter((name) => name.startsWith('old-')).length
  return `${shown(report, container.id).replace(' (log-tail)', '')}, ${await onDisk(lab, container)} on disk, task ${kept}, ${files.length} file, ${orphans} orphans`
}

export const atFirstCalls = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, [UNHARMED, ...CALLS])
  const ends: string[] = []
  for (const name of [UNHARMED, ...CALLS] as const) {
    const container = one(made, name)
    await end(lab, container, 7)
    await plantOrphan(lab, `old-${name}`)
    if (name !== UNHARMED) await killedAt(lab, name)
    expect(['RUNNING', 'EXITED 7']).toContain(await onDisk(lab, container))
    ends.push(await outcome(lab, container))
  }
  expect(new Set(ends).size, ends.join('; ')).toBe(1)
  return `killed at the first ${CALLS.join(', ')}, then recovered: ${ends[0]}, as without`
}
