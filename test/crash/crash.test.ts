import { afterAll, describe, expect, it } from 'vitest'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import type { FileEntry } from '../../adapters/memory/index.js'
import { newSwitch } from '../../ports/signal.js'
import { followAll, type Histories, type Wiring } from './histories.js'

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

const historiesOf = (task: TaskForm, files: readonly FileEntry[], wiring?: Wiring): Promise<Histories> =>
  followAll(worldOf(task, files, NOW), wiring)

describe('a recovery that dies, and dies again, ends as if it had not', () => {
  let followed = 0
  it.each(FORMS)('task %s', async (task, form) => {
    for (const [checkpoint, files] of FILES) {
      const { count, astray } = await historiesOf(form, files)
      followed += count
      if (!isListed(task, checkpoint)) expect(astray, checkpoint).toEqual([])
    }
  })
  it.each(OTHERWISE)('but where $why', async ({ tasks, checkpoint }) => {
    for (const task of tasks) {
      const form = FORMS.find(([name]) => name === task)?.[1] ?? expect.unreachable(task)
      const found = await Promise.all(
        FILES.filter(([name]) => name === (checkpoint ?? name)).map(([, files]) => historiesOf(form, files)),
      )
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
  (write: (ports: Parameters<Wiring>[0]['ports'], id: string, text: string) => Promise<unknown>): Wiring =>
  ({ ports }) => ({
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      write: (id, text) => async () => {
        await write(ports, id, text)
        return ports.checkpoints.write(id, text)()
      },
    },
  })

describe('a recovery that is worse is caught', () => {
  it.each<[string, Wiring]>([
    ['deletes a task before its exit is on disk', withWrite(({ tasks }, id) => tasks.delete(id, patient)())],
    [
      'writes a checkpoint in two steps',
      withWrite(({ checkpoints }, id, text) => checkpoints.write(id, text.slice(0, 20))()),
    ],
  ])('that %s', async (_, wiring) => {
    expect((await historiesOf(TASKS.stopped, CHECKPOINTS.running)).astray).toEqual([])
    expect((await historiesOf(TASKS.stopped, CHECKPOINTS.running, wiring)).astray).not.toEqual([])
  })
})
