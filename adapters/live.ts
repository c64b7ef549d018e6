import type { Ports } from '../ports/ports.js'
import { connect } from './containerd/index.js'
import { filesystem } from './filesystem/index.js'
import { oneShotIo } from './io/index.js'

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
