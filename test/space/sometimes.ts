import { hasExited } from '../../adapters/fast-check/laws/case.js'
import { checkpointAt } from '../../adapters/fast-check/laws/files.js'
import type { World } from '../../adapters/memory/index.js'
import type { State } from './search.js'

/** Interesting states: a search that never meets one proves nothing about it. */
export interface Sometimes {
  readonly what: string
  readonly fits: (state: State) => boolean
}

const IDS = ['a', 'b']

const taskAt = (world: World, id: string) => world.tasks.find((task) => task.id === id)
const isStopped = (world: World, id: string): boolean => taskAt(world, id)?.status === 'stopped'
const exitAt = (world: World, id: string): number | null => {
  const checkpoint = checkpointAt(world, id)
  return checkpoint !== null && hasExited(checkpoint) ? checkpoint.status.exitCode : null
}

const waits = ({ place: { running } }: State, gate: string): boolean =>
  running?.waiting.some((each) => each === gate) ?? false
/** Whether a recovery was told this: the beginning of an answer's text. */
const heard = ({ place: { running } }: State, begin: string): boolean =>
  running?.answers.some((answer) => answer.startsWith(begin)) ?? false
const rows = ({ place: { running } }: State) => running?.report?.containers ?? []
const hasProblem = (state: State, code: string): boolean =>
  rows(state).some(({ problems }) => problems.some((problem) => problem.code === code))
const leftover = (world: World): boolean => world.files.some(({ path }) => path.includes('/.tmp-status'))

const ofOne =
  (fits: (state: State, id: string) => boolean): Sometimes['fits'] =>
  (state) =>
    IDS.some((id) => fits(state, id))

export const SOMETIMES: readonly Sometimes[] = [
  {
    what: 'a task that was looked at while it ran ends before it is watched',
    fits: ofOne(
      (state, id) =>
        waits(state, `> tasks.watch ${id}`) &&
        isStopped(state.place.world, id) &&
        state.place.running?.answers.some(
          (answer) =>
            answer.startsWith('tasks.list') && answer.includes(`"id":"${id}","pid":4242,"status":"running"`),
        ) === true,
    ),
  },
  {
    what: 'an exit is on disk and its task is not deleted yet, and the process is killed',
    fits: ofOne(
      ({ place: { world, running }, crashes }, id) =>
        running === null && crashes > 0 && isStopped(world, id) && exitAt(world, id) === 7,
    ),
  },
  {
    what: 'both exits are written and neither task is deleted',
    fits: ({ place: { world } }) => IDS.every((id) => isStopped(world, id) && exitAt(world, id) === 7),
  },
  {
    what: 'a recovery finds what a write left that was torn',
    fits: ({ place: { running } }) =>
      running !== null && running.waiting.length > 0 && leftover(running.begun),
  },
  {
    what: 'a torn write is cleaned up by the next recovery',
    fits: ({ place: { world, running } }) =>
      running !== null && running.report !== null && leftover(running.begun) && !leftover(world),
  },
  {
    what: 'the name belongs to a',
    fits: (state) => rows(state).some(({ id, name }) => id === 'b' && name === null),
  },
  {
    what: 'the name belongs to b',
    fits: (state) => rows(state).some(({ id, name }) => id === 'a' && name === null),
  },
  {
    what: 'whoever has the name has ended, and keeps it from one that lives',
    fits: (state) =>
      rows(state).some(
        ({ id, name }) =>
          name === null &&
          taskAt(state.place.world, id)?.status === 'running' &&
          IDS.some((other) => other !== id && isStopped(state.place.world, other)),
      ),
  },
  {
    what: 'a start that is undone is killed and not yet deleted',
    fits: ofOne(
      (state, id) =>
        waits(state, `> tasks.delete ${id}`) && taskAt(state.place.world, id)?.exitStatus === 137,
    ),
  },
  {
    what: 'nobody is left to finish the undoing of a start',
    fits: ofOne(
      ({ place: { world, running } }, id) => running === null && taskAt(world, id)?.exitStatus === 137,
    ),
  },
  {
    what: 'what could not be read is set aside, and nothing stands in its place',
    fits: ofOne(
      (state, id) =>
        waits(state, `> checkpoints.write ${id}`) &&
        state.place.world.files.some(({ path }) => path.startsWith(`containers/${id}/status.unreadable`)),
    ),
  },
  {
    what: 'it is set aside already when the next recovery begins',
    fits: (state) =>
      heard(state, 'tasks.list') &&
      state.place.running?.begun.files.some(({ path }) => path.includes('/status.unreadable')) === true,
  },
  { what: 'an exit is lost, and is said to be', fits: (state) => hasProblem(state, 'exit-lost') },
  {
    what: 'an exit is known to the program alone: its task is gone, and it is not on disk',
    fits: ofOne(
      (state, id) =>
        waits(state, `> checkpoints.write ${id}`) &&
        taskAt(state.place.world, id) === undefined &&
        state.place.running?.begun.tasks.some((task) => task.id === id) === true,
    ),
  },
  {
    what: 'containerd goes down while a recovery waits for an answer',
    fits: (state) => state.place.world.containerd === null && (state.place.running?.waiting.length ?? 0) > 1,
  },
  {
    what: 'containerd is down and nobody recovers',
    fits: ({ place: { world, running } }) => world.containerd === null && running === null,
  },
  {
    what: 'a recovery ends that containerd was down for a part of',
    fits: ({ place: { running } }) =>
      running?.report != null && running.answers.some((answer) => answer.includes('"tag":"Unavailable"')),
  },
  {
    what: 'two recoveries were killed, and the third comes to its end',
    fits: ({ crashes, place: { running } }) => crashes === 2 && running?.report != null,
  },
]
