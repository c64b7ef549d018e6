import * as E from 'fp-ts/lib/Either.js'
import { readCheckpoint } from '../core/checkpoint.js'
import { type ContainerPlan, planContainer, settleContainer } from '../core/container-plan.js'
import { containerProblems } from '../core/container-problems.js'
import { isShown } from '../core/container-row.js'
import { happenedBetween } from '../core/happened.js'
import type { ContainerSeen } from '../core/observation.js'
import { leftOf, mayStillExit, type Remembered, remember, stoppedLook } from '../core/remembered.js'
import { attached } from './attach.js'
import { commit } from './commit.js'
import type { Keeping } from './keeping.js'
import { checkpointFile, lookAgain } from './observe.js'
import { wasOomKilled } from './oom.js'
import { performContainer } from './perform.js'
import type { RecoveredContainer } from './recovered.js'
import type { KeptContainer } from './store.js'
import type { Exit, Watch } from './tasks.js'

/** Keeping one container true: its exit, its doubt, its checkpoint. Everything is decided by the same table. */

export const nameOf = (plan: ContainerPlan): string => `${plan.id} (${plan.metadata?.name || 'no name'})`

const tellHappened = ({ store }: Keeping, before: Remembered | null, kept: KeptContainer): void => {
  const event = happenedBetween(before?.status ?? kept.plan.before, kept.remembered.status)
  const sandboxId = kept.plan.metadata?.sandboxId ?? ''
  if (event !== null) store.happened({ ...event, id: kept.plan.id, sandboxId })
}

export const putRemembered = (
  keeping: Keeping,
  kept: KeptContainer,
  remembered: Remembered,
): KeptContainer => {
  const next = { ...kept, remembered }
  keeping.store.putContainer(next)
  tellHappened(keeping, kept.remembered, next)
  return next
}

/** Waits for its exit; an end without one is looked into. A wait that was replaced says nothing any more. */
const follow = (keeping: Keeping, id: string, watch: Watch): void => {
  const { store, queue } = keeping
  void watch.exited.then((end) => {
    const kept = store.containers.get(id)
    if (kept?.watch !== watch) return
    store.putContainer({ ...kept, watch: null })
    queue.push(id, () => lookAgainAt(keeping, id, E.isRight(end) ? end.right : null))
  })
}

/**
 * Keeps what a recovery, or a second look, came to.
 *
 * @param witnessed - somebody saw its exit
 * @returns whether it should be looked at again
 */
const keep = (keeping: Keeping, recovered: RecoveredContainer, witnessed: boolean): boolean => {
  const { plan, performed, watch, logDirectory } = recovered
  const before = keeping.store.containers.get(plan.id)
  before?.watch?.close()
  // Not being told is no proof of anything, least of all against what is known (L11).
  if (before !== undefined && plan.task === 'UNREACHABLE') {
    const known = { ...before.remembered, again: true }
    keeping.store.putContainer({ ...before, watch: null, remembered: known })
    return true
  }
  const remembered = remember(plan, performed, watch !== null, witnessed)
  if (remembered.pending !== null) keeping.tally.checkpointErrors += 1
  const problems = containerProblems(plan, performed, isShown(plan, performed))
  const kept = { remembered, plan, logDirectory, problems, watch }
  keeping.store.putContainer(kept)
  tellHappened(keeping, before?.remembered ?? null, kept)
  const told = new Set(before?.problems.map(({ message }) => message))
  for (const { severity, message } of problems)
    if (severity !== 'info' && !told.has(message))
      keeping.options.log('warning', `container ${nameOf(plan)}: ${message}`)
  if (watch !== null) follow(keeping, plan.id, watch)
  if (remembered.status.finishedAt !== 0n && plan.task === 'MISSING') letGoOfPipes(keeping, plan.id)
  return remembered.again || remembered.pending !== null
}

/** Its task is gone, and with it whoever wrote into its pipes. */
export const letGoOfPipes = ({ ports, options, queue }: Keeping, id: string): void => {
  const drain = ports.timers.within(options.drainMs, `drain the pipes of ${id}`, (signal) =>
    ports.io.drain(id, signal),
  )
  queue.push(id, async () => {
    await drain()
    return true
  })
}

/** Keeps a container that a recovery of the whole node brought in; one that the reference would not load it does not list. */
export const keepContainer = (keeping: Keeping, recovered: RecoveredContainer): void => {
  const { plan, performed, watch } = recovered
  if (isShown(plan, performed)) keep(keeping, recovered, false)
  else watch?.close()
}

/** Has looked after whatever the recovery of the whole node left open: doubt, a watch that was lost, a write that failed. */
export const lookAfterContainers = (keeping: Keeping): void => {
  for (const [id, { remembered, watch, plan }] of keeping.store.containers) {
    const look = () => lookAgainAt(keeping, id, null)
    const wasWatched = plan.decision?.plan.effect === 'await-exit'
    if (remembered.again || remembered.pending !== null) keeping.queue.retry(id, look)
    else if (watch === null && wasWatched && mayStillExit(remembered)) keeping.queue.push(id, look)
  }
}

/** Writes down what is remembered and not on disk yet; why that is not possible, or null. */
export const flushContainer = async (keeping: Keeping, id: string): Promise<string | null> => {
  const { ports, options, store, tally } = keeping
  const todo = store.containers.get(id)?.remembered.pending ?? null
  if (todo === null) return null
  const { unwritten, actions } = await commit(ports, options.timeoutMs, id, ports.clock.now(), todo)
  const kept = store.containers.get(id)
  // Something else is to be written by now.
  if (kept?.remembered.pending !== todo) return unwritten
  if (unwritten === null) {
    const problems = kept.problems.filter(({ code }) => code !== 'checkpoint-not-durable')
    store.putContainer({ ...kept, problems, remembered: { ...kept.remembered, pending: null, unwritten } })
    return null
  }
  tally.checkpointErrors += 1
  const pending = leftOf(todo, actions)
  store.putContainer({ ...kept, remembered: { ...kept.remembered, pending, unwritten } })
  options.log('error', `container ${nameOf(kept.plan)}: its status is not on disk: ${unwritten}`)
  return unwritten
}

/** A file that could not be read may be readable by now; one that could is what memory says. */
const readAgain = async (
  { ports, options }: Keeping,
  { seen }: Remembered,
): Promise<Pick<ContainerSeen, 'file' | 'checkpoint'>> => {
  if (E.isRight(seen.checkpoint)) return seen
  const file = await checkpointFile(ports, options, seen.record.id)
  return { file, checkpoint: readCheckpoint(file) }
}

/**
 * Looks at a container again, and recovers it as a whole recovery would.
 *
 * @param exit - what a wait for it told; null: nobody saw it end
 * @returns false: it is to be tried again
 */
const lookAgainAt = async (keeping: Keeping, id: string, exit: Exit | null): Promise<boolean> => {
  const { ports, options, store } = keeping
  const kept = store.containers.get(id)
  // While containerd is away nothing can be learnt from it, and once it is back everything is looked at.
  if (kept === undefined || (exit === null && store.header().phase !== 'serving')) return true
  if ((await flushContainer(keeping, id)) !== null) return false
  const looked = await lookAgain(ports, options, id)
  const look = exit === null ? looked : stoppedLook(looked, id, exit)
  // A broken connection is no exit and no doubt: what is known stays (L11).
  if (look.kind === 'unreachable') return false
  const current = store.containers.get(id) ?? kept
  const seen: ContainerSeen = {
    ...current.remembered.seen,
    ...(await readAgain(keeping, current.remembered)),
    look,
    oomKilled: await wasOomKilled(ports, options.timeoutMs, id, look),
  }
  // An exit that was waited for is taken down as section 5 of the behaviour says, which is what `safe` does.
  const profile = exit === null ? options.profile : 'safe'
  const planned = { ...planContainer(profile, seen, ports.clock.now(), null), parked: kept.plan.parked }
  const plan = await attached(ports, options, ports.io, planned, kept.logDirectory)
  const by = { ...company(keeping), logDirectory: kept.logDirectory }
  const begun = ports.clock.now()
  const recovered = await performContainer(ports, options, plan, by)
  const settled = settleContainer(plan, recovered.performed.ending)
  const took = ports.clock.now() - begun
  const { logDirectory } = kept
  return !keep(keeping, { plan, ...recovered, settled, logDirectory, took }, exit !== null)
}

/** Who stays, for one container's recovery. */
export const company = (keeping: Keeping) => ({
  io: keeping.ports.io,
  drainMs: keeping.options.drainMs,
  flush: (id: string) => flushContainer(keeping, id),
})
