import { isLeft } from 'fp-ts/lib/Either.js'
import { expect } from 'vitest'
import { entry } from '../../adapters/fast-check/worlds.js'
import { type FaultSpec, simulate } from '../../adapters/memory/index.js'
import type { Fault } from './fault.js'
import * as real from './real/disk.js'
import { again, changes, ended, hasTask, onDisk, RUNS, recovered, tryRecover, worldOf } from './stage.js'
import { orphanWords, shown } from './telling.js'

/** What the disk does not do. */

const KEPT = 'EXITED 7 Error (checkpoint-not-durable, task-kept)'

/** What could not be read this once may be read the next time, and is not written over. */
const UNREAD = 'EXITED 7 Error (checkpoint-not-durable, checkpoint-unreadable, task-kept)'

/** Nothing can be written, and then it can. */
const unwritable = async (fault: FaultSpec): Promise<string> => {
  const node = simulate(worldOf({ ended: ended(7), runs: RUNS }))
  node.faults.add(fault)
  const report = await recovered(node)
  expect([shown(report, 'ended'), shown(report, 'runs')]).toEqual([KEPT, 'RUNNING'])
  expect([hasTask(node, 'ended'), onDisk(node, 'ended'), changes(node)]).toEqual([true, 'RUNNING', []])
  const later = again(node)
  expect(shown(await recovered(later), 'ended')).toBe('EXITED 7 Error')
  expect([onDisk(later, 'ended'), hasTask(later, 'ended')]).toEqual(['EXITED 7', false])
  return `${shown(report, 'ended')}, its checkpoint as it was; later ${onDisk(later, 'ended')} on disk, task deleted`
}

const fullOrBroken = async (): Promise<string> => {
  const full = await unwritable({ call: 'checkpoints.write', answer: 'Exhausted', said: 'ENOSPC' })
  const broken = { answer: 'Unavailable', unreached: 'broken', said: 'EIO' } as const
  const written = await unwritable({ call: 'checkpoints.write', ...broken })
  expect(written).toBe(full)
  const node = simulate(worldOf({ ended: ended(7) }))
  node.faults.add({ call: 'checkpoints.read', ...broken })
  const read = shown(await recovered(node), 'ended')
  expect([read, changes(node), hasTask(node, 'ended')]).toEqual([UNREAD, [], true])
  return `full: ${full}; EIO when written: the same; EIO when read: ${read}, nothing changed`
}

/** Each thing that may be denied, to a container that ended with 7 and a directory of nobody. */
const DENIED = {
  'the checkpoint is not read': 'checkpoints.read',
  'the checkpoint is not written': 'checkpoints.write',
  'the task is not looked at': 'tasks.get',
  'the task is not deleted': 'tasks.delete',
  'the orphan is not removed': 'directories.remove',
} as const

const denied = async (): Promise<string> => {
  const saw: string[] = []
  const parts = { ended: ended(7), runs: RUNS }
  const files = [entry('containers/old', { kind: 'directory' })]
  for (const [what, call] of Object.entries(DENIED)) {
    const node = simulate(worldOf(parts, { files }))
    node.faults.add({ call, answer: 'Denied', said: 'EACCES' })
    const report = await recovered(node)
    expect(onDisk(node, 'ended') === 'EXITED 7' || hasTask(node, 'ended'), what).toBe(true)
    saw.push(`${what}: ${shown(report, 'ended')}, ${orphanWords(report)}`)
  }
  const node = simulate(worldOf(parts, { files }))
  node.faults.add({ call: 'containers.*', answer: 'Denied', said: 'EACCES' })
  const refused = await tryRecover(node)
  expect([isLeft(refused) && refused.left.tag, changes(node)]).toEqual(['Denied', []])
  return [...saw, 'containerd is not spoken to: Denied, nothing changed'].join('; ')
}

export const F15: Fault = {
  id: 'F15',
  says: 'disk full, EIO',
  expected:
    'the container is listed, its exit is known and kept, its task is not deleted before the exit is on disk',
  simulated: {
    made: 'every write of a checkpoint fails, and later does not; every read fails',
    run: fullOrBroken,
  },
  real: {
    made: 'a full tmpfs below the containers, room made on it; strace has fsync, then reads of the checkpoint fail with EIO',
    run: real.fullOrBroken,
  },
}

export const F16: Fault = {
  id: 'F16',
  says: 'permission denied',
  expected: 'what is denied is said, costs its item only, and no exit is lost to it',
  simulated: { made: 'one kind of call after the other is denied', run: denied },
  real: {
    made: 'strace has connect fail with EACCES; folders of a container and of an orphan are immutable, which root may not change',
    run: real.denied,
  },
}
