import { isRight } from 'fp-ts/lib/Either.js'
import { hasExited } from '../../adapters/fast-check/laws/case.js'
import { checkpointAt, textAt } from '../../adapters/fast-check/laws/files.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import type { World } from '../../adapters/memory/index.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import type { TaskReply } from '../../core/records.js'
import type { Choice } from './choices.js'
import { emptyReport } from './runs.js'

/** What must hold at every step, whatever else is under way. A breach is a sentence. */

/** A step that changed a node. */
export interface Change {
  readonly before: World
  readonly choice: Choice
  readonly after: World
}

export interface StepLaw {
  readonly id: string
  readonly says: string
  readonly breaches: (change: Change) => readonly string[]
}

const CONTAINERS = ['a', 'b'] as const
const taskOf = (world: World, id: string): TaskReply | undefined => world.tasks.find((task) => task.id === id)

/** A law about one container: a breach, or null. */
const ofEach =
  (breach: (change: Change, id: string) => string | null): StepLaw['breaches'] =>
  (change) =>
    CONTAINERS.flatMap((id) => {
      const what = breach(change, id)
      return what === null ? [] : [`${id}: ${what}`]
    })

const exitFirst = ofEach(({ before, choice, after }, id) => {
  if (choice !== `> tasks.delete ${id}` || taskOf(after, id) !== undefined) return null
  return hasExited(checkpointAt(before, id)) ? null : 'its task is deleted, and its exit is not on disk'
})

const exitTrue = ofEach(({ before, after }, id) => {
  const was = checkpointAt(before, id)
  const is = checkpointAt(after, id)
  if (was !== null && hasExited(was))
    return is?.status.exitCode === was.status.exitCode ? null : 'the exit on record was changed'
  if (is === null || !hasExited(is)) return null
  const task = taskOf(after, id)
  if (task === undefined) return is.status.exitCode === 0 ? 'a lost exit is 0' : null
  if (task.status !== 'stopped') return 'an exit is written down, and its task lives'
  return is.status.exitCode === task.exitStatus ? null : `${is.status.exitCode} is written down`
})

const noneKilled = ofEach(({ before, choice }, id) =>
  choice === `> tasks.kill ${id}` && taskOf(before, id)?.status === 'running'
    ? 'it ran, and is killed'
    : null,
)

const whole = ofEach(({ before, after }, id) => {
  const text = textAt(after, id)
  if (text === null || text === textAt(before, id)) return null
  return isRight(decodeCheckpoint(text)) ? null : 'its checkpoint is neither the old nor a new one'
})

/** Those that speak of what stands on disk alone: a step is a short run to them. */
const OF_A_RUN: readonly string[] = ['L4', 'L5', 'L5 doubt', 'L13', 'L15', 'L16']

export const STEP_LAWS: readonly StepLaw[] = [
  ...LAWS.filter(({ id }) => OF_A_RUN.includes(id)).map(({ id, says, breaches }) => ({
    id,
    says,
    breaches: ({ before, after }: Change) => {
      const run = { before, after, log: [], report: emptyReport, force: false }
      return breaches({ first: run, second: { ...run, before: after } })
    },
  })),
  { id: 'L6', says: 'an exit is on disk before its task is deleted', breaches: exitFirst },
  {
    id: 'L6 truth',
    says: 'the exit that is written down is the task’s; it stands, and no living task has one',
    breaches: exitTrue,
  },
  { id: 'L11 harm', says: 'what runs is not killed', breaches: noneKilled },
  { id: 'L14', says: 'a reader sees the old checkpoint or the new one', breaches: whole },
]
