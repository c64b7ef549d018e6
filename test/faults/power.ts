import { expect } from 'vitest'
import { recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, worldOf } from '../../adapters/fast-check/worlds.js'
import type { World } from '../../adapters/memory/index.js'
import { exitOn, leftoversIn } from '../crash/lost.js'
import { type Cut, cutsIn } from '../crash/power-node.js'
import type { Fault } from './fault.js'
import { counted } from './telling.js'

/** The power goes while a recovery writes. */

const RUNNING = worldOf(TASKS.stopped, CHECKPOINTS.running, NOW)
const GARBAGE = worldOf(TASKS.stopped, CHECKPOINTS.garbage, NOW)

const read = (before: World, { world, isDeleted }: Cut): string => {
  if (exitOn(world) === 7) return 'EXITED 7'
  expect(isDeleted, 'its task is deleted, and its exit is not on disk').toBe(false)
  expect(textAt(world, 'web')).toBe(textAt(before, 'web'))
  return 'as before'
}

const GARBAGE_TEXT = textAt(GARBAGE, 'web')

const afterEach = async (before: World): Promise<string> => {
  const cuts = await cutsIn(before)
  for (const { at, world } of cuts) {
    const { after } = (await recoverTwice(world)).first
    expect(leftoversIn(after), at).toEqual([])
    const kept = after.files.some(
      ({ text, base64 }) => (text ?? Buffer.from(base64 ?? '', 'base64').toString()) === GARBAGE_TEXT,
    )
    if (before === GARBAGE) expect(kept, at).toBe(true)
  }
  return counted(cuts.map((cut) => read(before, cut)))
}

const cutOff = async (): Promise<string> => {
  const running = await afterEach(RUNNING)
  const garbage = await afterEach(GARBAGE)
  return `over a checkpoint: ${running}; over one that cannot be read: ${garbage}, and it is kept; leftovers swept`
}

export const F23: Fault = {
  id: 'F23',
  says: 'writes lost at power cut',
  expected: 'a reader sees the old or the new checkpoint, and what an interrupted write left is cleaned',
  simulated: {
    made: 'each write, as strace recorded it, on a disk that keeps what was synced and any part of the rest, cut at each of its calls',
    run: cutOff,
  },
  real: { cannot: 'a machine whose power is cut takes the test along' },
}
