import { dirname } from 'node:path'
import type { Ports } from '../ports/ports.js'
import type { RescuePorts } from '../ports/rescue.js'
import { connect } from './containerd/index.js'
import { bundles, filesystem, oomKills } from './filesystem/index.js'
import { oneShotIo } from './io/index.js'
import { shimState } from './ttrpc/index.js'

/** Where a real node is. */
export interface Live {
  /** containerd's socket, as a path or as `unix://` and a path. */
  readonly address: string
  readonly namespace: string
  /** containerd's CRI folder that survives a reboot. */
  readonly root: string
  /** containerd's CRI folder that need not. */
  readonly state: string
}

/** A real node's ports, and the way to let go of it. */
export interface LiveNode {
  readonly ports: Ports
  /** Ends every call under way, waits included. */
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * The one place where real adapters meet: containerd for what it knows, this machine for the rest. Touches nothing
 * until a port is asked.
 *
 * @example
 * const node = live({ address, namespace: 'k8s.io', root, state })
 * const report = await plan(options)(node.ports)()
 * node.close()
 */
export const live = ({ address, namespace, root, state }: Live): LiveNode => {
  const { close, ...containerd } = connect({ socket: address, namespace })
  return {
    ports: { ...containerd, ...filesystem({ root, state }), io: oneShotIo },
    close,
    [Symbol.asyncDispose]: async () => close(),
  }
}

/** What a rescue has of a node. */
export interface LiveRescue {
  readonly ports: RescuePorts
  readonly close: () => void
}

/**
 * The same for a rescue, on a node whose containerd is down. The bundles of its tasks lie in the folder above
 * `state`: containerd's own state folder.
 *
 * @param timeoutMs - how long one shim is told that it may take
 */
export const liveRescue = ({ address, namespace, root, state }: Live, timeoutMs: number): LiveRescue => {
  const { close, introspection } = connect({ socket: address, namespace })
  const { checkpoints, directories, lock, clock, timers } = filesystem({ root, state })
  const place = { state: dirname(state), namespace }
  const shims = {
    bundles: bundles(place),
    oomKills: oomKills(place),
    state: shimState({ namespace, timeoutMs }),
  }
  return { ports: { introspection, checkpoints, directories, lock, clock, timers, shims }, close }
}
