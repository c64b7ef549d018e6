import { right } from 'fp-ts/lib/Either.js'
import type { Shims } from '../../ports/shims.js'
import type { Interceptor } from './intercept.js'
import type { SimulatedTasks } from './tasks.js'

/** Where a simulated shim says that it listens; nobody dials it. */
const socketOf = (id: string): string => `/run/containerd/s/${id}`

/** The shims of the simulated node: one for each task, up whether containerd is or not. */
export const shimsOf = (
  kills: ReadonlyMap<string, number>,
  tasks: Pick<SimulatedTasks, 'bundles' | 'atShim' | 'watchAtShim'>,
  intercept: Interceptor,
): Shims => ({
  bundles: () =>
    intercept.run({
      call: 'shims.bundles',
      id: null,
      asked: 'list bundles',
      act: () =>
        right(
          tasks
            .bundles()
            .map((id) => ({ id, address: { socket: socketOf(id), protocol: 'ttrpc', service: 'v3' } })),
        ),
    }),
  state: (id, _address, signal) =>
    intercept.run({
      call: 'shims.state',
      id,
      asked: `ask the shim of ${id}`,
      signal,
      act: () => tasks.atShim(id),
    }),
  watch: (id, _address, signal) =>
    intercept.run({
      call: 'shims.watch',
      id,
      asked: `wait at the shim of ${id}`,
      signal,
      act: () => tasks.watchAtShim(id),
    }),
  oomKills: (id) =>
    intercept.run({
      call: 'shims.oomKills',
      id,
      asked: `count the OOM kills of ${id}`,
      act: () => right(kills.get(id) ?? null),
    }),
})
