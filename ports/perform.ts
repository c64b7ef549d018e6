import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import { type Commit, commitRefusal } from '../core/commit.js'
import { type ContainerPlan, plannedCommit } from '../core/container-plan.js'
import { actionKindOf } from '../core/container-row.js'
import type { Performed } from '../core/performed.js'
import type { Outcome } from '../core/plans.js'
import type { TaskReply } from '../core/records.js'
import type { Action } from '../core/report.js'
import { action, type Committed, commit, outcomeOf } from './commit.js'
import { type Failure, failure } from './failure.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

/** Doing what was decided: the only place where an effect becomes calls. */

/**
 * Whether a task is still what it was when it was decided to delete it. In between lie other items' effects: somebody
 * may have started, resumed or replaced it, and what lives now was never decided about.
 */
const unchanged = async (
  ports: Ports,
  seen: TaskReply | null,
  id: string,
  signal: Signal,
): Promise<Either<Failure, void>> => {
  const now = await ports.tasks.get(id, signal)()
  if (E.isLeft(now)) return now
  const { status, pid } = now.right
  if (seen !== null && status === seen.status && pid === seen.pid) return E.right(undefined)
  const was = seen === null ? 'nothing' : `${seen.status}, pid ${seen.pid}`
  return E.left(
    failure(
      'Denied',
      `delete task ${id}`,
      'this recovery',
      `it changed meanwhile: it was ${was}, and is ${status}, pid ${pid}`,
    ),
  )
}

/**
 * Kills what is left of a task, waits until it has stopped, and deletes it (reference: WithProcessKill, task.Delete).
 * The wait begins before the kill, so that the exit cannot fall between the two. A task that is no more what was seen
 * is left alone.
 */
export const killAndDelete = async (
  ports: Ports,
  id: string,
  seen: TaskReply | null,
  signal: Signal,
): Promise<Either<Failure, void>> => {
  const same = await unchanged(ports, seen, id, signal)
  if (E.isLeft(same)) return same
  if (seen !== null && seen.pid !== 0) {
    const watch = await ports.tasks.watch(id, signal)()
    if (E.isLeft(watch)) return watch
    const killed = await ports.tasks.kill(id, signal)()
    if (E.isLeft(killed) && killed.left.tag !== 'NotFound') {
      watch.right.close()
      return killed
    }
    const ended = await untilEnded(watch.right, signal)
    if (E.isLeft(ended) && ended.left.tag !== 'NotFound') return ended
  }
  const deleted = await ports.tasks.delete(id, signal)()
  return E.isLeft(deleted) ? deleted : E.right(undefined)
}

const untilEnded = async (watch: Watch, signal: Signal): Promise<Either<Failure, unknown>> => {
  const close = (): void => watch.close()
  signal.addEventListener('abort', close)
  const ended = await watch.exited
  signal.removeEventListener('abort', close)
  watch.close()
  return ended
}

const taskOf = ({ seen }: ContainerPlan): TaskReply | null =>
  seen.look.kind === 'found' ? seen.look.task : null

/** What a container's effect came to, and the watch that it may have opened. */
interface Effected {
  readonly outcome: Outcome
  readonly actions: readonly Action[]
  readonly watch: Watch | null
}

const effectOf = async (
  ports: Ports,
  plan: ContainerPlan,
  signal: Signal,
): Promise<Either<Failure, Watch | null>> => {
  const config = plan.metadata?.config ?? null
  switch (plan.decision?.plan.effect ?? 'none') {
    case 'none':
      return E.right(null)
    case 'create-io': {
      const io = await ports.io.create({
        id: plan.id,
        tty: config?.tty ?? false,
        stdin: config?.stdin ?? false,
      })()
      return E.isLeft(io) ? io : E.right(null)
    }
    case 'delete-task': {
      const deleted = await killAndDelete(ports, plan.id, taskOf(plan), signal)
      return E.isLeft(deleted) ? deleted : E.right(null)
    }
    case 'await-exit':
      return ports.tasks.watch(plan.id, signal)()
  }
}

const perform = async (ports: Ports, options: Options, plan: ContainerPlan): Promise<Effected> => {
  const kind = actionKindOf(plan.decision?.plan.effect ?? 'none')
  if (kind === null) return { outcome: 'done', actions: [], watch: null }
  // Known beforehand to be impossible: its sandbox is not there, or it has no config.
  if (plan.expected === 'failed')
    return {
      outcome: 'failed',
      actions: [
        { kind, outcome: 'failed', detail: 'its sandbox was not recovered, or its config is missing' },
      ],
      watch: null,
    }
  const run = ports.timers.within(
    options.timeoutMs,
    `${kind} ${plan.id}`,
    (signal) => () => effectOf(ports, plan, signal),
  )
  const result = await run()
  return {
    outcome: outcomeOf(result),
    actions: [action(kind, result)],
    watch: E.isRight(result) ? result.right : null,
  }
}

/** A container that was recovered, and the watch on its exit where there is one. */
export interface Recovered {
  readonly performed: Performed
  readonly watch: Watch | null
}

const hasLogPipes = (plan: ContainerPlan): boolean =>
  plan.seen.look.kind === 'found' && (plan.seen.look.task.stdout !== '' || plan.seen.look.task.stderr !== '')

const write = async (
  ports: Ports,
  options: Options,
  plan: ContainerPlan,
  todo: Commit,
): Promise<Committed> => {
  const refusal = commitRefusal(plan.profile, plan.seen, todo)
  if (refusal !== null) return { actions: [], unwritten: refusal }
  return commit(ports, options.timeoutMs, plan.id, plan.facts.now, todo)
}

/** The exit on disk first, then the task that knows it: what cannot be written down is not deleted (L6). */
const writeThenAct = async (
  ports: Ports,
  options: Options,
  plan: ContainerPlan,
  todo: Commit,
  stays: boolean,
): Promise<Recovered> => {
  const same = await ports.timers.within(
    options.timeoutMs,
    `look at task ${plan.id}`,
    (signal) => () => unchanged(ports, taskOf(plan), plan.id, signal),
  )()
  // An exit that is not this task's any more must not be written down either. Gone is another matter.
  if (E.isLeft(same) && same.left.tag !== 'NotFound') {
    const actions = [action('delete-task', same)]
    return { performed: { ending: 'failed', unwritten: null, actions, stays, logTail: false }, watch: null }
  }
  const { actions, unwritten } = await write(ports, options, plan, todo)
  if (unwritten !== null)
    return { performed: { ending: 'withheld', unwritten, actions, stays, logTail: false }, watch: null }
  const { outcome, watch, actions: done } = await perform(ports, options, plan)
  const logTail = !stays && outcome === 'done' && hasLogPipes(plan)
  return { performed: { ending: outcome, unwritten, actions: [...actions, ...done], stays, logTail }, watch }
}

/** Performs one container's plan: the commit before the effect where it does not depend on it, else after. */
export const performContainer = async (
  ports: Ports,
  options: Options,
  plan: ContainerPlan,
  stays: boolean,
): Promise<Recovered> => {
  // What an interrupted write left behind is of no use to anybody (L14), and no reason to stop.
  await ports.timers.within(options.timeoutMs, `sweep ${plan.id}`, () => ports.checkpoints.sweep(plan.id))()
  const planned = plannedCommit(plan)
  if (planned.when === 'before') return writeThenAct(ports, options, plan, planned.of('done'), stays)
  const { outcome, watch, actions } = await perform(ports, options, plan)
  const written = await write(ports, options, plan, planned.of(outcome))
  return {
    performed: {
      ending: outcome,
      unwritten: written.unwritten,
      actions: [...actions, ...written.actions],
      stays,
      logTail: false,
    },
    watch,
  }
}
