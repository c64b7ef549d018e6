import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { checkpointPath } from '../../lab/checkpoints.js'
import { forgetContainer } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import type { LabContainer } from '../../lab/pods.js'
import { run } from '../../lab/run.js'
import { filesBelow } from '../../lab/snapshot.js'
import { recoverOn } from '../../real/node.js'
import { orphanWords, shown } from '../telling.js'
import { end, hasTask, onDisk, one, recoverBelow, reportOf, setUp } from './stage.js'

const KEPT = 'EXITED 7 Error (checkpoint-not-durable, task-kept)'
const UNREAD = 'EXITED 7 Error (checkpoint-not-durable, checkpoint-unreadable, task-kept)'

/** Whoever recovers once reads no pipes. */
const DONE = 'EXITED 7 Error (log-tail)'

const baseOf = ({ criRoot }: Lab): string => join(criRoot, 'containers')

const refusesMore = async (file: string): Promise<boolean> =>
  writeFile(file, Buffer.alloc(4096), { flag: 'a' }).then(
    () => false,
    () => true,
  )

/** The containers' folders on a file system of their own, on which there is no room. */
const onFullDisk = async <A>(lab: Lab, use: (makeRoom: () => Promise<void>) => Promise<A>): Promise<A> => {
  const base = baseOf(lab)
  const kept = join(lab.dir, 'kept')
  await cp(base, kept, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', base])
  try {
    await cp(kept, base, { recursive: true })
    const filler = join(base, 'filler')
    while (!(await refusesMore(filler)));
    return await use(() => rm(filler))
  } finally {
    await run('umount', ['--lazy', base])
  }
}

/** Before and after: nothing was written, nothing left behind, the task is there. */
const expectKept = async (lab: Lab, container: LabContainer): Promise<void> => {
  expect([await hasTask(lab, container), await onDisk(lab, container)]).toEqual([true, 'RUNNING'])
  expect(await readdir(dirname(checkpointPath(lab, container.id)))).toEqual(['status'])
}

const full = async (lab: Lab, container: LabContainer): Promise<string> =>
  onFullDisk(lab, async (makeRoom) => {
    const report = await recoverOn(lab)
    expect(shown(report, container.id)).toBe(KEPT)
    await expectKept(lab, container)
    await makeRoom()
    expect(shown(await recoverOn(lab), container.id)).toBe(DONE)
    expect(await hasTask(lab, container)).toBe(false)
    return `${shown(report, container.id)}, its checkpoint as it was; with room ${await onDisk(lab, container)} on disk, task deleted`
  })

/** Below strace, which has the kernel answer EIO. */
const broken = async (lab: Lab, container: LabContainer, calls: string, path?: string): Promise<string> => {
  const only = path === undefined ? [] : ['-P', path]
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`]
  const strace = ['strace', '-f', '-qq', '-o', '/dev/null', ...only, ...inject]
  const report = reportOf(await recoverBelow(lab, strace))
  await expectKept(lab, container)
  return shown(report, container.id)
}

export const fullOrBroken = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, ['filled', 'broken'])
  const [filled, faulty] = [one(made, 'filled'), one(made, 'broken')]
  await end(lab, faulty, 7)
  const unsynced = await broken(lab, faulty, 'fsync,fdatasync')
  const unread = await broken(lab, faulty, 'read,readv,pread64,preadv', checkpointPath(lab, faulty.id))
  expect([unsynced, unread]).toEqual([KEPT, UNREAD])
  expect(shown(await recoverOn(lab), faulty.id)).toBe(DONE)
  await end(lab, filled, 7)
  const saw = await full(lab, filled)
  return `full: ${saw}; EIO when synced: ${unsynced}; EIO when read: ${unread}; then ${await onDisk(lab, faulty)} on disk`
}

/** What is immutable, not even root may change. */
const immutable = async <A>(paths: readonly string[], use: () => Promise<A>): Promise<A> => {
  await run('chattr', ['+i', ...paths])
  try {
    return await use()
  } finally {
    await run('chattr', ['-i', ...paths])
  }
}

export const denied = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, ['ended', 'runs'], ['forgotten', 'rests'])
  const [container, forgotten] = [one(made, 'ended'), one(made, 'forgotten')]
  await end(lab, container, 7)
  await forgetContainer(lab, forgotten)
  const before = await filesBelow(baseOf(lab))
  const deaf = ['-e', 'trace=connect', '-e', 'inject=connect:error=EACCES']
  const refused = await recoverBelow(lab, ['strace', '-f', '-qq', '-o', '/dev/null', ...deaf])
  expect([refused.code, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toContain('this needs root')
  expect(await filesBelow(baseOf(lab))).toEqual(before)
  const folders = [container, forgotten].map(({ id }) => join(baseOf(lab), id))
  const report = await immutable(folders, () => recoverOn(lab))
  expect(shown(report, container.id)).toBe(KEPT)
  await expectKept(lab, container)
  expect(await filesBelow(baseOf(lab))).toEqual(before)
  const later = await recoverOn(lab)
  const saw = `${shown(report, container.id)}, ${orphanWords(report)}`
  return `connecting denied: exit code 1, nothing changed; folders immutable: ${saw}; then ${await onDisk(lab, container)} on disk, ${orphanWords(later)}`
}
