import * as E from 'fp-ts/lib/Either.js'
import { recalled } from '../core/remembered.js'
import type { Report } from '../core/report.js'
import { forgetContainers } from './container-news.js'
import type { Subscription } from './events.js'
import { describe, type Failure } from './failure.js'
import { company, keepContainer, lookAfterContainers } from './keep-container.js'
import { forgetSandboxes, keepSandbox, lookAfterSandboxes } from './keep-sandbox.js'
import type { Keeping, ServeOptions, ServePorts, Tally } from './keeping.js'
import { reconnect, subscribe, watchShims } from './outage.js'
import { queue } from './queue.js'
import { recoverNode, refusal } from './recover.js'
import type { Service } from './service.js'
import { serviceOf } from './service-of.js'
import { newSwitch, type Signal } from './signal.js'
import type { Stay } from './stay.js'
import { newStore } from './store.js'

export type { ServeOptions, ServePorts } from './keeping.js'

/** A serve that is under way. */
export interface Serving {
  /** What is known so far, from the first moment on. */
  readonly service: Service
  /** Resolves once: the first recovery's report, from when on all is known; or why there is none. */
  readonly ready: Promise<E.Either<Failure, Report>>
  /** Resolves once it is over: null where it was told to stop. */
  readonly ended: Promise<Failure | null>
  /** Writes what is in the pipes, syncs, lets go of everything. Containers go on. */
  readonly stop: () => Promise<void>
}

const SLOWEST = 3

/** Whoever wonders why a start took long, wonders about these. */
const noteSlow = ({ tally }: Keeping, id: string, took: bigint): void => {
  tally.slowest = [...tally.slowest, { id, ms: Number(took / 1_000_000n) }]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
}

const stayOf = (keeping: Keeping, first: boolean): Stay => ({
  ...company(keeping),
  removesOrphans: first,
  recall: (seen) => {
    const kept = keeping.store.containers.get(seen.record.id)
    return kept === undefined ? seen : recalled(seen, kept.remembered, keeping.tally.aliveAt)
  },
  container: (recovered) => {
    noteSlow(keeping, recovered.plan.id, recovered.took)
    keepContainer(keeping, recovered)
  },
  sandbox: (item, recovered) => {
    noteSlow(keeping, item.id, recovered.took)
    keepSandbox(keeping, item, recovered)
  },
  images: keeping.store.setImages,
})

const idsOf = (rows: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(rows.map(({ id }) => id))

/** Recovers the node, with what is known told all along. A fatal end changes nothing. */
const recoverOnce = async (keeping: Keeping, first: boolean): Promise<E.Either<Failure, Report>> => {
  const { ports, options, store } = keeping
  store.tell({ phase: 'recovering' })
  keeping.tally.slowest = []
  const begun = ports.clock.now()
  const progress = (done: number, total: number): void => {
    store.tell({ progress: { done, total } })
    options.progress?.(done, total)
  }
  const report = await recoverNode({ ...options, progress }, stayOf(keeping, first))(ports)()
  if (E.isLeft(report) || report.right.fatal !== null) return report
  const now = ports.clock.now()
  store.tell({
    phase: 'serving',
    containerd: report.right.source.containerd,
    recoveredAt: store.header().recoveredAt ?? now,
    recoveryMs: Number((now - begun) / 1_000_000n),
  })
  forgetContainers(keeping, idsOf(report.right.containers))
  forgetSandboxes(keeping, idsOf(report.right.sandboxes))
  lookAfterContainers(keeping)
  lookAfterSandboxes(keeping)
  return report
}

/** Missing containerd: the shims are asked in its place until it is back. Null: told to stop. */
const missContainerd = async (keeping: Keeping, why: Failure, stop: Signal): Promise<Subscription | null> => {
  const { ports, options, store, queue } = keeping
  store.tell({ phase: 'cut-off' })
  keeping.tally.aliveAt = ports.clock.now()
  options.log('warning', `containerd is gone, its shims are asked instead: ${describe(why)}`)
  await queue.settle()
  const leaveShims = watchShims(keeping)
  const back = await reconnect(keeping, stop)
  // What the shims told until now is kept before containerd is asked, which may have forgotten it.
  await queue.settle()
  leaveShims()
  if (back === null) return null
  keeping.tally.reconnects += 1
  options.log('info', 'containerd is back, everything is looked at again')
  return back
}

/** Until told to stop, or something makes going on wrong. */
const run = async (
  keeping: Keeping,
  stop: Signal,
  stopped: Promise<null>,
  ready: (report: E.Either<Failure, Report>) => void,
): Promise<Failure | null> => {
  const { ports, options } = keeping
  const begun = await subscribe(keeping)
  if (E.isLeft(begun)) return begun.left
  let link: Subscription | null = begun.right
  for (let first = true; link !== null; first = false) {
    const refused = await refusal(ports, options)
    // Somebody else keeps the node: to go on beside them would be wrong. Not being told is another matter.
    if (E.isLeft(refused) && (first || refused.left.tag === 'AlreadyExists')) {
      link.close()
      return refused.left
    }
    const report: E.Either<Failure, Report> = E.isLeft(refused) ? refused : await recoverOnce(keeping, first)
    if (first) ready(report)
    if (first && (E.isLeft(report) || report.right.fatal !== null)) {
      link.close()
      return E.isLeft(report) ? report.left : null
    }
    const why: Failure | null = E.isLeft(report) ? report.left : await Promise.race([link.ended, stopped])
    link.close()
    link = why === null ? null : await missContainerd(keeping, why, stop)
  }
  return null
}

/** Lets go of everything, with what was learnt on disk. */
const shutDown = async ({ ports, options, store, queue }: Keeping): Promise<void> => {
  store.tell({ phase: 'stopping' })
  for (const { watch } of [...store.containers.values(), ...store.sandboxes.values()]) watch?.close()
  await queue.settle()
  const closed = await ports.timers.within(options.drainMs, 'close the logs', ports.io.close)()
  if (E.isLeft(closed)) options.log('warning', `not all of the logs: ${describe(closed.left)}`)
}

/**
 * Recovers a node, then stays and keeps it true: pipes logs, takes exits down, and goes on while containerd does not.
 * Refused with `AlreadyExists` beside a live CRI plugin, and while another one works on the same root.
 *
 * @example
 * const serving = serve(options)(ports)
 * const report = await serving.ready
 * serving.service.node().containers
 * await serving.stop()
 */
export const serve =
  (options: ServeOptions) =>
  (ports: ServePorts): Serving => {
    const store = newStore(options.snapshotter)
    const tally: Tally = { reconnects: 0, checkpointErrors: 0, aliveAt: 0n, slowest: [] }
    const keeping: Keeping = { ports, options, store, queue: queue(ports.timers), tally }
    const stop = newSwitch()
    const stopped = new Promise<null>((resolve) => {
      stop.signal.addEventListener('abort', () => resolve(null))
    })
    let ready: (report: E.Either<Failure, Report>) => void = () => undefined
    const told = new Promise<E.Either<Failure, Report>>((resolve) => {
      ready = resolve
    })
    const whole = async (): Promise<Failure | null> => {
      const lock = await ports.lock.acquire()()
      if (E.isLeft(lock)) return lock.left
      try {
        return await run(keeping, stop.signal, stopped, ready)
      } finally {
        await shutDown(keeping)
        await lock.right.release()
      }
    }
    const ended = whole().then((failure) => {
      if (failure !== null) ready(E.left(failure))
      return failure
    })
    return {
      service: serviceOf(keeping),
      ready: told,
      ended,
      stop: async () => {
        stop.off()
        await ended
      },
    }
  }
