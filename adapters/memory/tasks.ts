import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { TaskReply } from '../../core/records.js'
import type { Failure } from '../../ports/failure.js'
import { failure } from '../../ports/failure.js'
import type { Exit, Tasks, Watch } from '../../ports/tasks.js'
import type { Clock } from '../../ports/time.js'
import type { Faults } from './faults.js'
import { faultFailure, type Interceptor, partner, type Refusal, refuse } from './intercept.js'
import { brokenWait, settledWait, waitersOf } from './waiters.js'

const KILLED = 137

/** The tasks of the simulated node, and what befalls them from outside. */
export interface SimulatedTasks {
  readonly port: Tasks
  readonly all: () => readonly TaskReply[]
  /** The task ends by itself; nothing where it has ended or does not exist. */
  readonly end: (id: string, exitStatus: number) => void
  /** Puts a task there, in the place of one of the same id. */
  readonly put: (task: TaskReply) => void
  /** The task is gone, as when somebody else deleted it. */
  readonly drop: (id: string) => void
  /** The task's shim dies, and the task with it. containerd, where it is up, clears away what is left. */
  readonly killShim: (id: string, containerdIsUp: boolean) => void
  /** What containerd clears away as it starts: what shims left that died meanwhile, and from 1.7 on tasks that stopped. */
  readonly clearAway: (reaps: boolean) => void
  /** Every bundle, with those whose shim died while nobody could clear them away. */
  readonly bundles: () => readonly string[]
  /** As somebody's shim tells it, whether containerd is up or not: it knows its own task alone. */
  readonly atShim: (shim: string, id: string) => Either<Refusal, TaskReply>
  /** A wait at that shim, which does not break with containerd. */
  readonly watchAtShim: (shim: string, id: string) => Either<Refusal, Watch>
  /** Every wait that is under way at containerd breaks. */
  readonly breakWaits: () => void
}

const absent = (id: string): Either<Refusal, never> =>
  refuse('NotFound', `no running task found: task ${id} not found`)
const exitOf = ({ exitStatus, exitedAt }: TaskReply): Exit => ({ exitStatus, exitedAt })
const ended = (task: TaskReply): boolean => task.status === 'stopped'
const deadShim: Either<Refusal, never> = left({
  tag: 'Unavailable',
  said: 'connection refused',
  unreached: 'refused',
})
const noShim: Either<Refusal, never> = left({
  tag: 'Unavailable',
  said: 'no such file or directory',
  unreached: 'no-socket',
})
/** Created and never given a process: there is nothing to stop first. */
const deletable = (task: TaskReply): boolean => ended(task) || (task.status === 'created' && task.pid === 0)

/** Who is told what befalls a task, whoever did it. */
interface Told {
  readonly ended: (id: string) => void
  readonly gone: (id: string) => void
}

export const tasksOf = (
  given: readonly TaskReply[],
  clock: Clock,
  faults: Faults,
  intercept: Interceptor,
  told: Told,
): SimulatedTasks => {
  const tasks = new Map(given.map((task) => [task.id, task]))
  const waiters = waitersOf()
  const atShims = waitersOf()
  const deadShims = new Set<string>()
  const leftBundles = new Set<string>()

  const settle = (id: string, end: Either<Failure, Exit>): void => {
    told.ended(id)
    waiters.settle(id, end)
    atShims.settle(id, end)
  }
  const stop = (task: TaskReply, exitStatus: number): void => {
    const stopped: TaskReply = { ...task, status: 'stopped', exitStatus, exitedAt: clock.now() }
    tasks.set(task.id, stopped)
    settle(task.id, right(exitOf(stopped)))
  }
  const vanish = (id: string, why: 'NotFound' | 'Unavailable', said: string): void => {
    tasks.delete(id)
    told.gone(id)
    const asked = `wait for task ${id}`
    const lost = failure(why, asked, partner('tasks.watch'), said, { mayHaveHappened: false })
    waiters.settle(id, left(lost))
    atShims.settle(id, brokenWait('shims.watch', asked))
  }
  const drop = (id: string): void => vanish(id, 'NotFound', 'the task was deleted')
  const get = (id: string): Either<Refusal, TaskReply> => {
    const task = tasks.get(id)
    return task === undefined ? absent(id) : right(task)
  }

  const watch = (id: string): Either<Refusal, Watch> => {
    const task = tasks.get(id)
    if (task === undefined) return absent(id)
    const fault = faults.take('tasks.exit', id)
    if (fault !== null && fault.answer !== 'hang')
      return right(
        settledWait(left(faultFailure(fault, `wait for task ${id}`, partner('tasks.watch'), false))),
      )
    if (ended(task)) return right(settledWait(right(exitOf(task))))
    return right(fault === null ? waiters.add(id) : waitersOf().add(id))
  }
  const atShim = (shim: string, id: string): Either<Refusal, TaskReply> => {
    if (deadShims.has(shim)) return deadShim
    if (!tasks.has(shim)) return noShim
    return shim === id ? get(id) : absent(id)
  }
  const watchAtShim = (shim: string, id: string): Either<Refusal, Watch> => {
    const task = atShim(shim, id)
    if (task._tag === 'Left') return task
    return right(ended(task.right) ? settledWait(right(exitOf(task.right))) : atShims.add(id))
  }
  const kill = (id: string): Either<Refusal, void> => {
    const task = tasks.get(id)
    if (task === undefined) return absent(id)
    if (!deletable(task)) stop(task, KILLED)
    return right(undefined)
  }
  const remove = (id: string): Either<Refusal, Exit> => {
    const task = tasks.get(id)
    if (task === undefined) return absent(id)
    if (!deletable(task)) return refuse('Denied', `task must be stopped before deletion: ${task.status}`)
    drop(id)
    return right(exitOf(task))
  }

  const port: Tasks = {
    list: (signal) =>
      intercept.run({
        call: 'tasks.list',
        id: null,
        asked: 'list tasks',
        signal,
        // containerd leaves out a task whose shim does not answer.
        act: () => right([...tasks.values()].filter(({ id }) => faults.peek('tasks.get', id) === null)),
      }),
    get: (id, signal) =>
      intercept.run({ call: 'tasks.get', id, asked: `get task ${id}`, signal, act: () => get(id) }),
    watch: (id, signal) =>
      intercept.run({ call: 'tasks.watch', id, asked: `wait for task ${id}`, signal, act: () => watch(id) }),
    kill: (id, signal) =>
      intercept.run({ call: 'tasks.kill', id, asked: `kill task ${id}`, signal, act: () => kill(id) }),
    delete: (id, signal) =>
      intercept.run({ call: 'tasks.delete', id, asked: `delete task ${id}`, signal, act: () => remove(id) }),
  }
  return {
    port,
    killShim: (id, containerdIsUp) => {
      if (!tasks.has(id)) return
      deadShims.add(id)
      if (!containerdIsUp) leftBundles.add(id)
      vanish(id, 'Unavailable', 'ttrpc: closed')
    },
    clearAway: (reaps) => {
      leftBundles.clear()
      for (const task of [...tasks.values()]) if (reaps && ended(task)) drop(task.id)
    },
    bundles: () => [...tasks.keys(), ...leftBundles].sort(),
    atShim,
    watchAtShim,
    all: () => [...tasks.values()],
    end: (id, exitStatus) => {
      const task = tasks.get(id)
      if (task !== undefined && !ended(task)) stop(task, exitStatus)
    },
    put: (task) => {
      tasks.set(task.id, task)
      deadShims.delete(task.id)
      leftBundles.delete(task.id)
      if (ended(task)) settle(task.id, right(exitOf(task)))
    },
    drop,
    breakWaits: () => waiters.settleAll((id) => brokenWait('tasks.watch', `wait for task ${id}`)),
  }
}
