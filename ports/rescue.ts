import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { readCheckpoint } from '../core/checkpoint.js'
import type { Action, Report, Source } from '../core/report.js'
import { planRescue, type RescueItem, type RescueSeen } from '../core/rescue.js'
import { type Rescued, rescueReport } from '../core/rescue-report.js'
import type { TaskLook } from '../core/seen.js'
import { commit } from './commit.js'
import { each } from './each.js'
import { describe, type Failure, failure } from './failure.js'
import { wasOomKilled } from './oom.js'
import type { Ports } from './ports.js'
import type { Bundle } from './shims.js'
import type { Signal } from './signal.js'

/** What a rescue asks of the outside: less than a recovery, for containerd is down. */
export type RescuePorts = Pick<
  Ports,
  'introspection' | 'checkpoints' | 'directories' | 'lock' | 'clock' | 'timers' | 'shims'
>

export interface RescueOptions {
  /** One shim's deadline, in ms */
  readonly timeoutMs: number
  /** All shims' together, in ms: this stands in containerd's way when it starts */
  readonly budgetMs: number
  /** How many shims are asked side by side */
  readonly concurrency: number
  /** Look and decide; write nothing */
  readonly dryRun: boolean
  readonly source: Pick<Source, 'address' | 'root' | 'state'>
}

const lookAt = async (ports: RescuePorts, bundle: Bundle, signal: Signal): Promise<TaskLook> => {
  if (typeof bundle.address === 'string') return { kind: 'unreachable', why: bundle.address }
  const state = await ports.shims.state(bundle.id, bundle.address, signal)()
  if (E.isRight(state)) return { kind: 'found', task: state.right }
  return state.left.tag === 'NotFound'
    ? { kind: 'missing' }
    : { kind: 'unreachable', why: describe(state.left) }
}

/** A look changes nothing, so nothing can have happened all the same. */
const unheard = (failure: Failure): string => describe({ ...failure, mayHaveHappened: false })

const lookOf = async (ports: RescuePorts, options: RescueOptions, bundle: Bundle): Promise<RescueSeen> => {
  const ask = ports.timers.within<TaskLook>(
    options.timeoutMs,
    `ask the shim of ${bundle.id}`,
    (signal) => async () => E.right(await lookAt(ports, bundle, signal)),
  )
  const told = await ask()
  const look: TaskLook = E.isRight(told) ? told.right : { kind: 'unreachable', why: unheard(told.left) }
  const read = await ports.timers.within(options.timeoutMs, `read checkpoint ${bundle.id}`, () =>
    ports.checkpoints.read(bundle.id),
  )()
  const file = E.isRight(read) ? read.right : ({ kind: 'unreadable', why: unheard(read.left) } as const)
  const oomKilled = await wasOomKilled(ports, options.timeoutMs, bundle.id, look)
  const now = ports.clock.now()
  return { id: bundle.id, look, file, checkpoint: readCheckpoint(file), oomKilled, now }
}

/** What a commit would do, for a dry run. */
const planned = ({ commit: todo }: RescueItem): readonly Action[] => [
  ...(todo.setAside ? [{ kind: 'set-aside-checkpoint', outcome: null, detail: null } as const] : []),
  ...(todo.write === null ? [] : [{ kind: 'write-checkpoint', outcome: null, detail: null } as const]),
]

const silenceOf = (look: TaskLook): string | null => {
  if (look.kind === 'unreachable') return look.why
  return look.kind === 'missing' ? 'it does not know the task' : null
}

const OUT_OF_TIME = 'the time for all shims together was up'

/**
 * One task: looked at within its shim's deadline, and written unless time is up for all. Notes what it has come to
 * before it writes, too, for time may be up while it does.
 */
const rescueOne = async (
  ports: RescuePorts,
  options: RescueOptions,
  bundle: Bundle,
  all: Signal,
  note: (rescued: Rescued) => void,
): Promise<void> => {
  const seen = await lookOf(ports, options, bundle)
  const item = planRescue(seen)
  const silent = silenceOf(seen.look)
  const { id, commit: todo } = item
  if (options.dryRun || todo.write === null)
    return note({ item, silent, unwritten: null, actions: planned(item) })
  note({ item, silent, unwritten: OUT_OF_TIME, actions: [] })
  if (all.aborted) return
  // What an interrupted write left behind is of no use to anybody (L14), and no reason to stop.
  await ports.timers.within(options.timeoutMs, `sweep ${id}`, () => ports.checkpoints.sweep(id))()
  note({ item, silent, ...(await commit(ports, options.timeoutMs, id, seen.now, todo, all)) })
}

/** A task that the budget did not reach. */
const unreached = (ports: RescuePorts, bundle: Bundle): Rescued => {
  const file = { kind: 'unreadable', why: OUT_OF_TIME } as const
  const look = { kind: 'unreachable', why: OUT_OF_TIME } as const
  const seen = { id: bundle.id, look, file, checkpoint: readCheckpoint(file), oomKilled: false }
  const item = planRescue({ ...seen, now: ports.clock.now() })
  return { item, silent: OUT_OF_TIME, unwritten: null, actions: [] }
}

const refusal = async (ports: RescuePorts, options: RescueOptions): Promise<Either<Failure, void>> => {
  const { timers, introspection } = ports
  const version = await timers.within(options.timeoutMs, 'ask for the version', introspection.version)()
  const refuse = (said: string) => E.left(failure('AlreadyExists', 'rescue', 'containerd', said))
  if (E.isRight(version)) return refuse('it is up and keeps its tasks itself; use recover, or stop it first')
  if (version.left.tag === 'TimedOut') return refuse('it holds its socket and does not answer; end it first')
  const { tag, unreached } = version.left
  // Whoever hangs up is there: a broken connection is not an absence (L11).
  if (tag === 'Unavailable' && unreached === 'broken')
    return refuse('something listens on its socket and hangs up')
  return tag === 'Unavailable' ? E.right(undefined) : version
}

/** The pause of a pod has a bundle like any other, and no checkpoint: there is nothing to rescue of it. */
const withoutSandboxes = async (
  ports: RescuePorts,
  { timeoutMs }: RescueOptions,
  bundles: readonly Bundle[],
): Promise<readonly Bundle[]> => {
  const entries = await ports.timers.within(timeoutMs, 'list sandboxes', () =>
    ports.directories.list({ of: 'root', kind: 'sandboxes' }),
  )()
  const sandboxes = new Set(E.isRight(entries) ? (entries.right ?? []).map(({ name }) => name) : [])
  return bundles.filter(({ id }) => !sandboxes.has(id))
}

const bundlesOf = async (
  ports: RescuePorts,
  options: RescueOptions,
): Promise<Either<Failure, readonly Bundle[]>> => {
  const found = await ports.timers.within(options.timeoutMs, 'list bundles', ports.shims.bundles)()
  return E.isLeft(found) ? found : E.right(await withoutSandboxes(ports, options, found.right))
}

const rescueAll = async (
  ports: RescuePorts,
  options: RescueOptions,
  bundles: readonly Bundle[],
): Promise<readonly Rescued[]> => {
  const rescued = new Map<string, Rescued>()
  const run = ports.timers.within<void>(options.budgetMs, 'ask all shims', (all) => async () => {
    await each(options.concurrency, bundles, async (bundle) => {
      if (!all.aborted) await rescueOne(ports, options, bundle, all, (one) => rescued.set(bundle.id, one))
    })
    return E.right(undefined)
  })
  await run()
  return bundles.map((bundle) => rescued.get(bundle.id) ?? unreached(ports, bundle))
}

/**
 * Asks the shims, while containerd is down, for the exits that it would forget when it starts, and writes them into
 * the checkpoints. Deletes and kills nothing. Refused with `AlreadyExists` while containerd answers, and while
 * another recovery or rescue works on the same root.
 */
export const rescue =
  (options: RescueOptions) =>
  (ports: RescuePorts): TaskEither<Failure, Report> =>
  async () => {
    const refused = await refusal(ports, options)
    if (E.isLeft(refused)) return refused
    const found = await bundlesOf(ports, options)
    if (E.isLeft(found)) return found
    // A lock is a file that stays, and after a boot not even its folder is there.
    const lock = options.dryRun || found.right.length === 0 ? null : await ports.lock.acquire()()
    if (lock !== null && E.isLeft(lock)) return lock
    try {
      const rescued = await rescueAll(ports, options, found.right)
      return E.right(rescueReport({ kind: 'containerd', ...options.source, containerd: null }, rescued))
    } finally {
      await lock?.right.release()
    }
  }
