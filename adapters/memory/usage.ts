import { right } from 'fp-ts/lib/Either.js'
import type { CgroupUsage, InterfaceUsage, Snapshots, SnapshotUsage, Stats } from '../../ports/stats.js'
import type { Clock } from '../../ports/time.js'
import type { Interceptor } from './intercept.js'

/** What snapshots of one kind take, and where. */
interface Stored {
  readonly folder: string | null
  readonly usage: readonly SnapshotUsage[]
}

/** What is used on the simulated node. A world knows of none: cgroups are gone and snapshots take nothing until it is said. */
export interface SimulatedUsage {
  readonly stats: Stats
  readonly snapshots: Snapshots
  /** A cgroup uses that from now on, whenever it is read; null: it is gone. */
  readonly setCgroup: (cgroupsPath: string, usage: Omit<CgroupUsage, 'at'> | null) => void
  /** The interfaces that a process sees from now on; null: it is gone. */
  readonly setNetwork: (pid: number, interfaces: readonly InterfaceUsage[] | null) => void
  readonly setSnapshots: (snapshotter: string, stored: Stored) => void
}

export const usageOf = (clock: Clock, intercept: Interceptor): SimulatedUsage => {
  const cgroups = new Map<string, Omit<CgroupUsage, 'at'> | null>()
  const networks = new Map<number, readonly InterfaceUsage[] | null>()
  const stored = new Map<string, Stored>()
  return {
    setCgroup: (path, usage) => void cgroups.set(path, usage),
    setNetwork: (pid, interfaces) => void networks.set(pid, interfaces),
    setSnapshots: (snapshotter, all) => void stored.set(snapshotter, all),
    stats: {
      cgroup: (path) =>
        intercept.run({
          call: 'stats.cgroup',
          id: path,
          asked: `read cgroup ${path}`,
          act: () => {
            const usage = cgroups.get(path) ?? null
            return right(usage === null ? null : { ...usage, at: clock.now() })
          },
        }),
      network: (pid) =>
        intercept.run({
          call: 'stats.network',
          id: String(pid),
          asked: `read the interfaces of ${pid}`,
          act: () => right(networks.get(pid) ?? null),
        }),
    },
    snapshots: {
      usage: (snapshotter, signal) =>
        intercept.run({
          call: 'snapshots.usage',
          id: snapshotter,
          asked: `measure the snapshots of ${snapshotter}`,
          signal,
          act: () => right(stored.get(snapshotter)?.usage ?? []),
        }),
      folder: (snapshotter, signal) =>
        intercept.run({
          call: 'snapshots.folder',
          id: snapshotter,
          asked: `ask for the folder of ${snapshotter}`,
          signal,
          act: () => right(stored.get(snapshotter)?.folder ?? null),
        }),
    },
  }
}
