import type { Events } from '../../ports/events.js'
import type { Ports } from '../../ports/ports.js'
import type { Snapshots } from '../../ports/stats.js'
import { type Address, openChannel } from './channel.js'
import { containers } from './containers.js'
import { events } from './events.js'
import { images } from './images.js'
import { introspection } from './introspection.js'
import { sandboxes } from './sandboxes.js'
import { snapshots } from './snapshots.js'
import { tasks } from './tasks.js'

export type { Address } from './channel.js'

/** The ports that a containerd answers, over one connection. */
export interface Containerd
  extends Pick<Ports, 'containers' | 'tasks' | 'sandboxes' | 'images' | 'introspection'> {
  readonly events: Events
  readonly snapshots: Snapshots
  /** Ends every call under way, waits included; they and all later ones fail as `Unavailable`. */
  readonly close: () => void
}

/**
 * Speaks to the containerd at an address. Connects when first asked for something, and again after a loss, so this
 * never fails: that nobody listens is `Unavailable` from the first port that is used.
 *
 * @example
 * const containerd = connect({ socket: '/run/containerd/containerd.sock', namespace: 'k8s.io' })
 * const version = await containerd.introspection.version(new AbortController().signal)()
 */
export const connect = (address: Address): Containerd => {
  const channel = openChannel(address)
  return {
    containers: containers(channel),
    tasks: tasks(channel),
    sandboxes: sandboxes(channel),
    images: images(channel),
    introspection: introspection(channel),
    events: events(channel),
    snapshots: snapshots(channel),
    close: channel.close,
  }
}
