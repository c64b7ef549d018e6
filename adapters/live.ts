import { dirname } from 'node:path'
import type { ServePorts } from '../ports/keeping.js'
import type { Ports } from '../ports/ports.js'
import type { RescuePorts } from '../ports/rescue.js'
import type { Shims } from '../ports/shims.js'
import { connect } from './containerd/index.js'
import { bundles, filesystem, oomKills, stats } from './filesystem/index.js'
import { logIo, oneShotIo } from './io/index.js'
import { openStream, shimState, shimWatch } from './ttrpc/index.js'

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
export interface LiveNode<P = Ports> {
  readonly ports: P
  /** Ends every call under way, waits included. */
  readonly close: () => void
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const SHIM_TIMEOUT_MS = 10_000

/**
 * The shims of a node. The bundles of its tasks lie in the folder above `state`: containerd's own state folder.
 *
 * @param timeoutMs - how long one shim is told that it may take
 */
const shimsOf = ({ namespace, state }: Live, timeoutMs: number): Shims => {
  const place = { state: dirname(state), namespace }
  const asked = { namespace, timeoutMs }
  return {
    bundles: bundles(place),
    oomKills: oomKills(place),
    state: shimState(asked),
    watch: shimWatch(asked),
  }
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
export const live = (place: Live): LiveNode => {
  const { close, events: _, snapshots: __, ...containerd } = connectTo(place)
  const shims = shimsOf(place, SHIM_TIMEOUT_MS)
  return {
    ports: { ...containerd, ...filesystem(place), io: oneShotIo, shims },
    close,
    [Symbol.asyncDispose]: async () => close(),
  }
}

const connectTo = ({ address, namespace }: Live) => connect({ socket: address, namespace })

/** How a node is served, besides where it is. */
export interface LiveServe {
  readonly timeoutMs: number
  /** In bytes; longer lines of a log are split, and 0 splits none */
  readonly maxLogLine: number
  /** Told what somebody should know about pipes and logs */
  readonly warn: (message: string) => void
}

/** The same for somebody who stays: with live pipes, events, and what the kernel counts. */
export const liveServe = (place: Live, { timeoutMs, maxLogLine, warn }: LiveServe): LiveNode<ServePorts> => {
  const { close, ...containerd } = connectTo(place)
  const machine = filesystem(place)
  const io = logIo({ state: place.state, maxLine: maxLogLine, clock: machine.clock, openStream, warn })
  return {
    ports: { ...containerd, ...machine, io, shims: shimsOf(place, timeoutMs), stats: stats(machine.clock) },
    close,
    [Symbol.asyncDispose]: async () => close(),
  }
}

/** What a rescue has of a node. */
export interface LiveRescue {
  readonly ports: RescuePorts
  readonly close: () => void
}

/** The same for a rescue, on a node whose containerd is down. */
export const liveRescue = (place: Live, timeoutMs: number): LiveRescue => {
  const { close, introspection } = connectTo(place)
  return { ports: { introspection, ...filesystem(place), shims: shimsOf(place, timeoutMs) }, close }
}
