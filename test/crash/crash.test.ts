import { right } from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it } from 'vitest'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import type { FileEntry } from '../../adapters/memory/index.js'
import { newSwitch } from '../../ports/signal.js'
import { beforeWrite } from '../support/worse.js'
import { followAll, type Histories, plainly, type Wiring } from './histories.js'

/** A recovery that dies at any call, once or twice, and is then let through, ends as if nobody had died (L10). */

/** Where it is known to end otherwise, and why. What is not listed must hold; what is listed must still be needed. */
const OTHERWISE: readonly {
  readonly why: string
  readonly tasks: readonly string[]
  readonly checkpoint?: string
}[] = [
  {
    why: 'to undo a start takes two steps, and between them the task is one that was killed; and after them fresh IO is made',
    tasks: ['created', 'created, no process', 'created, not deleted', 'created, wait broken'],
    checkpoint: 'created',
  },
  {
    why: 'what was deleted unheard is in doubt to him who asked, and an exit on record to whoever comes after',
    tasks: ['stopped, deleted unheard'],
  },
  {
    why: 'a call that hangs takes time, and the start is the time at which it was learnt',
    tasks: ['running, silent'],
  },
]
const FORMS: readonly (readonly [string, TaskForm])[] = Object.entries(TASKS)
const FILES: readonly (readonly [string, readonly FileEntry[]])[] = Object.entries(CHECKPOINTS)

const isListed = (task: string, checkpoint: string): boolean =>
  OTHERWISE.some((one) => one.tasks.includes(task) && (one.checkpoint ?? checkpoint) === checkpoint)

const known = new Map<string, Promise<Histories>>()
const historiesOf = (task: string, checkpoint: string): Promise<Histories> => {
  const key = `${task}, ${checkpoint}`
  const form = FORMS.find(([name]) => name === task)?.[1] ?? expect.unreachable(task)
  const files = FILES.find(([name]) => name === checkpoint)?.[1] ?? expect.unreachable(checkpoint)
  const found = known.get(key) ?? followAll(worldOf(form, files, NOW))
  known.set(key, found)
  return found
}

describe('a recovery that dies, and dies again, ends as if it had not', () => {
  let followed = 0
  it.each(FORMS)('task %s', async (task) => {
    for (const [checkpoint] of FILES) {
      const { count, astray, lost } = await historiesOf(task, checkpoint)
      followed += count
      expect(lost, checkpoint).toEqual([])
      if (!isListed(task, checkpoint)) expect(astray, checkpoint).toEqual([])
    }
  })
  it.each(OTHERWISE)('but where $why', async ({ tasks, checkpoint }) => {
    for (const task of tasks) {
      const found: Histories[] = []
      for (const [name] of FILES) if (name === (checkpoint ?? name)) found.push(await historiesOf(task, name))
      expect(
        found.some(({ astray }) => astray.length > 0),
        task,
      ).toBe(true)
    }
  })
  it('in more than half a million histories', () => {
    expect(followed).toBeGreaterThan(500_000)
  })
  afterAll(() => {
    process.stdout.write(`${followed} histories of one death or two\n`)
  })
})

const patient = newSwitch().signal

const withWrite =
  (first: Parameters<typeof beforeWrite>[0]): Wiring =>
  ({ ports }) =>
    beforeWrite(first)(ports)

/** In these the reference deletes, writes, or is in doubt; in the others it does what it does in one of them. */
const OF_REFERENCE = [
  'missing',
  'created',
  'created, not deleted',
  'running',
  'stopped',
  'stopped, no time',
  'stopped, not deleted',
  'stopped, deleted unheard',
  'stopped, silent',
  'paused',
] as const satisfies readonly (keyof typeof TASKS)[]

describe('a recovery as the reference does it, that dies, and dies again', () => {
  it.each(OF_REFERENCE)('ends as it may, and loses nothing: task %s', async (task) => {
    for (const [checkpoint, files] of FILES) {
      const world = worldOf(TASKS[task], files, NOW)
      expect((await followAll(world, plainly, { profile: 'reference' })).lost, checkpoint).toEqual([])
    }
  })
})

describe('a recovery that is worse is caught', () => {
  it.each<[string, Wiring]>([
    ['deletes a task before its exit is on disk', withWrite(({ tasks }, id) => tasks.delete(id, patient)())],
    [
      'writes a checkpoint in two steps',
      withWrite(({ checkpoints }, id, text) => checkpoints.write(id, text.slice(0, 20))()),
    ],
  ])('that %s', async (_, wiring) => {
    const world = worldOf(TASKS.stopped, CHECKPOINTS.running, NOW)
    expect((await followAll(world)).astray).toEqual([])
    expect((await followAll(world, wiring)).astray).not.toEqual([])
  })
  it.each(['safe', 'reference'] as const)('for what it loses, too, in %s', async (profile) => {
    const worse = withWrite(({ tasks }, id) => tasks.delete(id, patient)())
    const overwriting: Wiring = ({ ports }) => ({
      ...ports,
      checkpoints: { ...ports.checkpoints, setAside: () => async () => right('nowhere') },
    })
    const lostBy = async (wiring: Wiring): Promise<string> => {
      const world = worldOf(TASKS.stopped, CHECKPOINTS.garbage, NOW)
      return (await followAll(world, wiring, { profile })).lost.join('\n')
    }
    expect(await lostBy(plainly)).toBe('')
    expect(await lostBy(worse)).toContain('exit 7 is ')
    expect(await lostBy(overwriting)).toContain('L5: web: what could not be read is gone')
  })
})
