import { right } from 'fp-ts/lib/Either.js'
import type { Snapshots, Stats } from '../../ports/stats.js'
import type { Interceptor } from './intercept.js'

/** A world knows of no usage: its cgroups are gone, and its snapshots take nothing. */
export const usageOf = (
  intercept: Interceptor,
): { readonly stats: Stats; readonly snapshots: Snapshots } => ({
  stats: {
    cgroup: (path) =>
      intercept.run({ call: 'stats.cgroup', id: path, asked: `read cgroup ${path}`, act: () => right(null) }),
    network: (pid) =>
      intercept.run({
        call: 'stats.network',
        id: String(pid),
        asked: `read the interfaces of ${pid}`,
        act: () => right(null),
      }),
  },
  snapshots: {
    usage: (snapshotter, signal) =>
      intercept.run({
        call: 'snapshots.usage',
        id: snapshotter,
        asked: `measure the snapshots of ${snapshotter}`,
        signal,
        act: () => right([]),
      }),
    folder: (snapshotter, signal) =>
      intercept.run({
        call: 'snapshots.folder',
        id: snapshotter,
        asked: `ask for the folder of ${snapshotter}`,
        signal,
        act: () => right(null),
      }),
  },
})
