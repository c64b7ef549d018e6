import type { Ports } from '../../ports/ports.js'
import { checkpoints } from './checkpoints.js'
import { clock } from './clock.js'
import { directories } from './directories.js'
import { lock } from './lock.js'
import { namespaces } from './namespaces.js'
import type { Roots } from './paths.js'
import { timers } from './timers.js'

export { type BundleOptions, bundles } from './bundles.js'
export { oomKills } from './oom.js'
export type { Roots } from './paths.js'
export { prepareSocket } from './socket.js'
export { stats } from './stats.js'

/** What this adapter answers for. */
export type FilesystemPorts = Pick<
  Ports,
  'checkpoints' | 'directories' | 'namespaces' | 'lock' | 'clock' | 'timers'
>

/**
 * The ports that this machine itself answers. Touches nothing until one of them is asked; neither folder has to exist.
 *
 * @example
 * const folder = 'io.containerd.grpc.v1.cri'
 * filesystem({ root: `/var/lib/containerd/${folder}`, state: `/run/containerd/${folder}` })
 */
export const filesystem = (roots: Roots): FilesystemPorts => ({
  checkpoints: checkpoints(roots),
  directories: directories(roots),
  namespaces,
  lock: lock(roots),
  clock: clock(),
  timers,
})
