import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import { type Commit, commitRefusal } from '../core/commit.js'
import { type ContainerPlan, plannedCommit } from '../core/container-plan.js'
import { actionKindOf } from '../core/container-row.js'
import type { Outcome } from '../core/plans.js'
import type { TaskReply } from '../core/records.js'
import type { Action } from '../core/report.js'
import { ioRequest } from './attach.js'
import { action, type Committed, commit, outcomeOf } from './commit.js'
import { type Failure, failure } from './failure.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'
import type { Recovered } from './recovered.js'
import type { Signal } from './signal.js'
import type { Company } from './stay.js'
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
 *
 * @param beforeDelete - what needs the stopped task still there: its pipes close with it
 */
export const killAndDelete = async (
  ports: Ports,
  id: string,
  seen: TaskReply | null,
  signal: Signal,
  beforeDelete: () => Promise<void> = async () => undefined,
): Promise<Either<Failure, void>> => {
  const same = await unchanged(ports, seen, id, signal)
  // Gone already: asked for all the same, so that a shim without a task does not stay (reference: handleContainerExit).
  if (E.isLeft(same) && same.left.tag === 'NotFound') await ports.tasks.delete(id, signal)()
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
  await beforeDelete()
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
  /** Whether log pipes were closed with the deleted task before they came to their end */
  readonly logTail: boolean
}

/** Somebody who stays, and where this container's pod has its logs. */
export interface Attended extends Company {
  readonly logDirectory: string
}

/** Whether the pipes of a task that has ended came to their end, so that no line is lost with it (reference: task.Delete, io.Wait). */
const drained = async (ports: Ports, plan: ContainerPlan, by: Attended | null): Promise<boolean> => {
  if (!hasLogPipes(plan)) return true
  if (by === null) return false
  const drain = ports.timers.within(by.drainMs, `drain the pipes of ${plan.id}`, (signal) =>
    by.io.drain(plan.id, signal),
  )
  return E.isRight(await drain())
}

interface Effects {
  readonly watch: Watch | null
  readonly logTail: boolean
}

const NOTHING: Effects = { watch: null, logTail: false }

const effectOf = async (
  ports: Ports,
  plan: ContainerPlan,
  by: Attended | null,
  signal: Signal,
): Promise<Either<Failure, Effects>> => {
  switch (plan.decision?.plan.effect ?? 'none') {
    case 'none':
      return E.right(NOTHING)
    case 'create-io': {
      const io = await ports.io.create(ioRequest(plan, by?.logDirectory ?? ''))()
      return E.isLeft(io) ? io : E.right(NOTHING)
    }
    case 'delete-task': {
      let complete = false
      const deleted = await killAndDelete(ports, plan.id, taskOf(plan), signal, async () => {
        complete = await drained(ports, plan, by)
      })
      return E.isLeft(deleted) ? deleted : E.right({ watch: null, logTail: !complete })
    }
    case 'await-exit': {
      const watch = await ports.tasks.watch(plan.id, signal)()
      return E.isLeft(watch) ? watch : E.right({ watch: watch.right, logTail: false })
    }
  }
}

const perform = async (
  ports: Ports,
  options: Options,
  plan: ContainerPlan,
  by: Attended | null,
): Promise<Effected> => {
  const kind = actionKindOf(plan.decision?.plan.effect ?? 'none')
  if (kind === null) return { outcome: 'done', actions: [], ...NOTHING }
  // Known beforehand to be impossible: its sandbox is not there, or it has no config.
  if (plan.expected === 'failed')
    return {
      outcome: 'failed',
      actions: [
        { kind, outcome: 'failed', detail: 'its sandbox was not recovered, or its config is missing' },
      ],
      ...NOTHING,
    }
  const run = ports.timers.within(
    options.timeoutMs,
    `${kind} ${plan.id}`,
    (signal) => () => effectOf(ports, plan, by, signal),
  )
  const result = await run()
  return {
    outcome: outcomeOf(result),
    actions: [action(kind, result)],
    ...(E.isRight(result) ? result.right : NOTHING),
  }
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
  by: Attended | null,
): Promise<Recovered> => {
  const stays = by !== null
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
  const unflushed = (await by?.flush(plan.id)) ?? null
  const { actions, unwritten } =
    unflushed === null ? await write(ports, options, plan, todo) : { actions: [], unwritten: unflushed }
  if (unwritten !== null)
    return { performed: { ending: 'withheld', unwritten, actions, stays, logTail: false }, watch: null }
  const { outcome, watch, logTail, actions: done } = await perform(ports, options, plan, by)
  return { performed: { ending: outcome, unwritten, actions: [...actions, ...done], stays, logTail }, watch }
}

/**
 * Performs one container's plan: the commit before the effect where it does not depend on it, else after.
 *
 * @param by - who stays and pipes its logs; null: nobody does
 */
export const performContainer = async (
  ports: Ports,
  options: Options,
  plan: ContainerPlan,
  by: Attended | null,
): Promise<Recovered> => {
  // What an interrupted write left behind is of no use to anybody (L14), and no reason to stop.
  await ports.timers.within(options.timeoutMs, `sweep ${plan.id}`, () => ports.checkpoints.sweep(plan.id))()
  const planned = plannedCommit(plan)
  if (planned.when === 'before') return writeThenAct(ports, options, plan, planned.of('done'), by)
  const { outcome, watch, actions } = await perform(ports, options, plan, by)
  const written = await write(ports, options, plan, planned.of(outcome))
  return {
    performed: {
      ending: outcome,
      unwritten: written.unwritten,
      actions: [...actions, ...written.actions],
      stays: by !== null,
      logTail: false,
    },
    watch,
  }
}
