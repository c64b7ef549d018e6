import { left, right } from 'fp-ts/lib/Either.js'
import type { Shims } from '../../ports/shims.js'
import type { Interceptor } from './intercept.js'
import { noId } from './log-places.js'
import type { SimulatedTasks } from './tasks.js'

const SOCKETS = '/run/containerd/s/'

/** Where the shim of a task listens. */
const socketOf = (id: string): string => `${SOCKETS}${id}`

/** Whose shim listens there, if anybody's does. */
const shimAt = (socket: string): string => (socket.startsWith(SOCKETS) ? socket.slice(SOCKETS.length) : '')

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
  state: (id, { socket }, signal) =>
    intercept.run({
      call: 'shims.state',
      id,
      asked: `ask the shim of ${id}`,
      signal,
      act: () => tasks.atShim(shimAt(socket), id),
    }),
  watch: (id, { socket }, signal) =>
    intercept.run({
      call: 'shims.watch',
      id,
      asked: `wait at the shim of ${id}`,
      signal,
      act: () => tasks.watchAtShim(shimAt(socket), id),
    }),
  oomKills: (id) =>
    intercept.run({
      call: 'shims.oomKills',
      id,
      asked: `count the OOM kills of ${id}`,
      act: () => {
        const refusal = noId({ id })
        return refusal === null ? right(kills.get(id) ?? null) : left(refusal)
      },
    }),
})
