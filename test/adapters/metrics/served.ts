import { BLANK_STATUS, type ContainerState, type Status } from '../../../core/status.js'
import type { ServedContainer, ServedCounts, ServedNode, ServedSandbox } from '../../../ports/service.js'

/** A small serving node to measure. */

const STATUS: Readonly<Record<ContainerState, Partial<Status>>> = {
  CONTAINER_CREATED: { createdAt: 1n },
  CONTAINER_RUNNING: { createdAt: 1n, startedAt: 2n },
  CONTAINER_EXITED: { createdAt: 1n, startedAt: 2n, finishedAt: 3n },
  CONTAINER_UNKNOWN: { unknown: true },
}

const recordOf = (id: string): ServedContainer['record'] => ({
  id,
  labels: new Map(),
  image: 'registry.example/web:1',
  runtime: 'io.containerd.runc.v2',
  snapshotter: 'overlayfs',
  snapshotKey: id,
  createdAt: 1n,
  extensions: new Map(),
})

export const servedContainer = (id: string, state: ContainerState, watched: boolean): ServedContainer => ({
  id,
  record: recordOf(id),
  metadata: null,
  parked: false,
  status: { ...BLANK_STATUS, ...STATUS[state] },
  document: null,
  watched,
  unwritten: null,
  problems: [],
})

export const servedSandbox = (id: string, state: ServedSandbox['state']): ServedSandbox => ({
  id,
  origin: 'container',
  record: recordOf(id),
  metadata: null,
  parked: false,
  state,
  pid: 1,
  createdAt: 1n,
  netns: { path: '', status: 'host', unclear: null },
  watched: true,
  problems: [],
})

const byId = <A extends { readonly id: string }>(items: readonly A[]): ReadonlyMap<string, A> =>
  new Map(items.map((item) => [item.id, item]))

export const servedNode = (
  own: Partial<ServedNode> = {},
  containers: readonly ServedContainer[] = [],
  sandboxes: readonly ServedSandbox[] = [],
): ServedNode => ({
  phase: 'serving',
  progress: { done: 0, total: 0 },
  recoveredAt: 1n,
  containerd: '2.1.9',
  snapshotter: 'overlayfs',
  containers: byId(containers),
  sandboxes: byId(sandboxes),
  images: new Map(),
  ...own,
})

export const servedCounts = (own: Partial<ServedCounts> = {}): ServedCounts => ({
  reconnects: 0,
  backoff: { depth: 0, longestMs: 0 },
  recoveryMs: 1500,
  checkpointErrors: 0,
  slowest: [],
  log: { bytes: 0n, lines: 0n, writeErrors: 0n, lostBytes: 0n },
  ...own,
})
