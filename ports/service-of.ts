import * as E from 'fp-ts/lib/Either.js'
import { stateOf } from '../core/status.js'
import { failure } from './failure.js'
import type { Keeping } from './keeping.js'
import type { Service } from './service.js'

/** How long what snapshots take may be told again, in ns: asking for it walks all of them (reference: StatsCollectPeriod). */
const SNAPSHOTS_AGE = 10_000_000_000n

const noSuch = (asked: string, id: string) =>
  E.left(failure('NotFound', asked, 'this node', `there is no container ${id}`))

const reopenLog =
  ({ ports, options, store }: Keeping): Service['reopenLog'] =>
  (id) =>
  async () => {
    const asked = `reopen the log of ${id}`
    const kept = store.containers.get(id)
    if (kept === undefined) return noSuch(asked, id)
    const state = stateOf(kept.remembered.status)
    if (state !== 'CONTAINER_RUNNING')
      return E.left(failure('Denied', asked, 'this node', `it does not run: ${state}`))
    return ports.timers.within(options.timeoutMs, asked, () => ports.io.reopen(id))()
  }

const snapshotsOf = ({ ports, options }: Keeping): Service['snapshots'] => {
  type Told = Awaited<ReturnType<ReturnType<Service['snapshots']>>>
  let last: Told | null = null
  return (signal) => async () => {
    const at = ports.clock.now()
    if (last !== null && E.isRight(last) && at - last.right.at < SNAPSHOTS_AGE) return last
    const usage = await ports.snapshots.usage(options.snapshotter, signal)()
    if (E.isLeft(usage)) return usage
    const folder = await ports.snapshots.folder(options.snapshotter, signal)()
    last = E.isLeft(folder) ? folder : E.right({ at, folder: folder.right, usage: usage.right })
    return last
  }
}

/** What a serving node offers, out of what is kept. */
export const serviceOf = (keeping: Keeping): Service => {
  const { ports, store, queue, tally } = keeping
  return {
    node: store.node,
    counts: () => ({
      reconnects: tally.reconnects,
      backoff: queue.waiting(),
      recoveryMs: store.header().recoveryMs,
      checkpointErrors: tally.checkpointErrors,
      slowest: tally.slowest,
      log: ports.io.totals(),
    }),
    detail: ports.containers.detail,
    reopenLog: reopenLog(keeping),
    subscribe: store.subscribe,
    cgroup: ports.stats.cgroup,
    network: ports.stats.network,
    snapshots: snapshotsOf(keeping),
  }
}
