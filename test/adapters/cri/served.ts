import * as TE from 'fp-ts/lib/TaskEither.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import type { ImageContent } from '../../../core/images.js'
import { type JsonObject, parseJson } from '../../../core/json.js'
import {
  CONTAINER_METADATA,
  CONTAINER_METADATA_TYPE,
  containerMetadataOf,
  SANDBOX_METADATA,
  SANDBOX_METADATA_TYPE,
  sandboxMetadataOf,
} from '../../../core/metadata.js'
import type { ImageSeen } from '../../../core/observation.js'
import type { ContainerRecord } from '../../../core/records.js'
import { BLANK_STATUS, type Status } from '../../../core/status.js'
import type { ContainerDetail } from '../../../ports/containers.js'
import { type Failure, failure } from '../../../ports/failure.js'
import type {
  ServedContainer,
  ServedEvent,
  ServedNode,
  ServedSandbox,
  Service,
} from '../../../ports/service.js'
import type { Signal } from '../../../ports/signal.js'
import type { CgroupUsage, InterfaceUsage, SnapshotUsage } from '../../../ports/stats.js'

/** A serving node in memory: what the CRI server is asked for, answered from maps that a test fills. */

const record = (id: string, more: Partial<ContainerRecord>): ContainerRecord => ({
  id,
  labels: new Map(),
  image: 'docker.io/library/app:1',
  runtime: 'io.containerd.runc.v2',
  snapshotter: 'overlayfs',
  snapshotKey: id,
  createdAt: 5n,
  extensions: new Map(),
  ...more,
})

export const container = (
  id: string,
  sandboxId: string,
  config: object = {},
  status: Partial<Status> = {},
  more: Partial<ServedContainer> = {},
): ServedContainer => {
  const Metadata = {
    ID: id,
    Name: `${id}_name`,
    SandboxID: sandboxId,
    ImageRef: 'sha256:none',
    LogPath: `/logs/${id}.log`,
    Config: { metadata: { name: id, attempt: 1 }, image: { image: 'app:1' }, ...config },
  }
  const value = JSON.stringify({ Version: 'v1', Metadata })
  return {
    id,
    record: record(id, {}),
    metadata: rightOf(
      containerMetadataOf(new Map([[CONTAINER_METADATA, { typeUrl: CONTAINER_METADATA_TYPE, value }]])),
    ),
    parked: false,
    status: { ...BLANK_STATUS, createdAt: 10n, startedAt: 20n, pid: 4, ...status },
    document: null,
    watched: true,
    unwritten: null,
    problems: [],
    ...more,
  }
}

/** A document as it is passed on: a checkpoint's, or that of metadata. */
export const documentOf = (document: object): JsonObject => {
  const json = rightOf(parseJson(JSON.stringify(document)))
  if (json.kind !== 'object') throw new Error('expected an object')
  return json
}

export const withRecord = (served: ServedContainer, more: Partial<ContainerRecord>): ServedContainer => ({
  ...served,
  record: { ...served.record, ...more },
})

export const sandbox = (
  id: string,
  config: object = {},
  more: Partial<ServedSandbox> = {},
  metadata: object = {},
): ServedSandbox => {
  const Metadata = {
    ID: id,
    Name: `${id}_name`,
    NetNSPath: '/run/netns/a',
    IP: '10.0.0.2',
    AdditionalIPs: ['fd00::2'],
    RuntimeHandler: '',
    Config: { metadata: { name: id, namespace: 'default', uid: `uid-${id}` }, ...config },
    ...metadata,
  }
  const value = JSON.stringify({ Version: 'v1', Metadata })
  return {
    id,
    origin: 'container',
    record: record(id, { image: 'pause' }),
    metadata: rightOf(
      sandboxMetadataOf(new Map([[SANDBOX_METADATA, { typeUrl: SANDBOX_METADATA_TYPE, value }]])),
    ),
    parked: false,
    state: 'SANDBOX_READY',
    pid: 3,
    createdAt: 7n,
    netns: { path: '/run/netns/a', status: 'open', unclear: null },
    watched: true,
    problems: [],
    ...more,
  }
}

export const image = (
  name: string,
  id: string,
  more: { readonly labels?: ReadonlyMap<string, string>; readonly user?: string } = {},
  content: ImageContent = {
    status: 'complete',
    id,
    diffIds: ['sha256:d1', 'sha256:d2'],
    size: 99n,
    user: more.user ?? '',
  },
): ImageSeen => ({
  record: { name, digest: 'sha256:m', mediaType: '', size: 10n, labels: more.labels ?? new Map() },
  content,
  unpacked: true,
})

const EMPTY: ServedNode = {
  phase: 'serving',
  progress: { done: 3, total: 3 },
  recoveredAt: 1n,
  containerd: '2.1.9',
  snapshotter: 'overlayfs',
  containers: new Map(),
  sandboxes: new Map(),
  images: new Map(),
}

const byId = <A extends { readonly id: string }>(items: readonly A[]): ReadonlyMap<string, A> =>
  new Map(items.map((item) => [item.id, item]))

export interface Served {
  readonly service: Service
  readonly set: (more: Partial<ServedNode>) => void
  readonly containers: (...items: readonly ServedContainer[]) => void
  readonly sandboxes: (...items: readonly ServedSandbox[]) => void
  readonly images: (...items: readonly ImageSeen[]) => void
  readonly details: Map<string, ContainerDetail>
  readonly cgroups: Map<string, CgroupUsage | Failure>
  readonly networks: Map<number, readonly InterfaceUsage[]>
  /** null: containerd cannot be asked */
  snapshots: readonly SnapshotUsage[] | null
  folder: string | null
  reopen: Failure | null
  readonly reopened: string[]
  readonly backlog: ServedEvent[]
  readonly tell: (event: ServedEvent) => void
  readonly hearers: () => number
  readonly asked: string[]
}

export const gone = failure('Unavailable', 'ask', 'containerd', 'it is down')

export const served = (): Served => {
  let node = EMPTY
  const hearers = new Set<(event: ServedEvent) => void>()
  const set: Served['set'] = (more) => {
    node = { ...node, ...more }
  }
  const self: Served = {
    set,
    containers: (...items) => set({ containers: byId(items) }),
    sandboxes: (...items) => set({ sandboxes: byId(items) }),
    images: (...items) => set({ images: new Map(items.map((item) => [item.record.name, item])) }),
    details: new Map(),
    cgroups: new Map(),
    networks: new Map(),
    snapshots: [],
    folder: '/var/lib/snapshots',
    reopen: null,
    reopened: [],
    backlog: [],
    tell: (event) => {
      for (const hear of hearers) hear(event)
    },
    hearers: () => hearers.size,
    asked: [],
    service: {
      node: () => node,
      counts: () => ({
        reconnects: 1,
        backoff: { depth: 0, longestMs: 0 },
        recoveryMs: 12,
        checkpointErrors: 0,
        slowest: [],
        log: { bytes: 2n ** 60n, lines: 3n, writeErrors: 0n, lostBytes: 0n },
      }),
      detail: (id) => {
        self.asked.push(id)
        const detail = self.details.get(id)
        return detail === undefined ? TE.left(gone) : TE.right(detail)
      },
      reopenLog: (id) => {
        self.reopened.push(id)
        return self.reopen === null ? TE.right(undefined) : TE.left(self.reopen)
      },
      subscribe: (hear) => {
        for (const event of self.backlog.splice(0)) hear(event)
        hearers.add(hear)
        return () => hearers.delete(hear)
      },
      cgroup: (path) => {
        const usage = self.cgroups.get(path)
        if (usage === undefined) return TE.right(null)
        return 'tag' in usage ? TE.left(usage) : TE.right(usage)
      },
      network: (pid) => TE.right(self.networks.get(pid) ?? null),
      snapshots: () =>
        self.snapshots === null
          ? TE.left(gone)
          : TE.right({ at: 77n, folder: self.folder, usage: self.snapshots }),
    },
  }
  return self
}

export const detail = (spec: object, more: Partial<ContainerDetail> = {}): ContainerDetail => ({
  spec: JSON.stringify(spec),
  runtime: 'io.containerd.runc.v2',
  options: null,
  snapshotter: 'overlayfs',
  snapshotKey: 'key',
  image: 'pause:3',
  ...more,
})

export const inCgroup = (cgroupsPath: string): ContainerDetail => detail({ linux: { cgroupsPath } })

export const usage = (more: Partial<CgroupUsage> = {}): CgroupUsage => ({
  at: 1000n,
  cpuNanoseconds: 500n,
  memory: { usage: 40n, limit: 100n, workingSet: 30n, rss: 20n, pageFaults: 8n, majorPageFaults: 9n },
  swap: { usage: 11n, available: 12n },
  processes: 2n,
  ...more,
})

export const aborted = (signal: Signal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', resolve)
  })

/** A service of which no record is told until the test says so. */
export const holding = () => {
  let ask = (_: Signal): void => {}
  let release = (): void => {}
  const asked = new Promise<Signal>((resolve) => {
    ask = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return {
    asked,
    release: () => release(),
    twist: (service: Service): Service => ({
      ...service,
      detail: (id, signal) => async () => {
        ask(signal)
        await released
        return service.detail(id, signal)()
      },
    }),
  }
}
