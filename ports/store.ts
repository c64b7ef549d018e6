import type { ContainerPlan } from '../core/container-plan.js'
import type { ImageSeen } from '../core/observation.js'
import { documentOf, type Remembered } from '../core/remembered.js'
import type { Problem } from '../core/report.js'
import type { SandboxState } from '../core/sandbox.js'
import type { SandboxItem } from '../core/sandbox-plan.js'
import type { Phase, ServedContainer, ServedEvent, ServedNode, ServedSandbox } from './service.js'
import type { Watch } from './tasks.js'

/** A container as it is kept: what is remembered, what was decided last, and who waits for its exit. */
export interface KeptContainer {
  readonly remembered: Remembered
  readonly plan: ContainerPlan
  readonly logDirectory: string
  readonly problems: readonly Problem[]
  readonly watch: Watch | null
}

export interface KeptSandbox {
  readonly item: SandboxItem
  readonly state: SandboxState
  readonly problems: readonly Problem[]
  readonly watch: Watch | null
}

/** What is known of the node besides its items. */
interface Header {
  readonly phase: Phase
  readonly progress: { readonly done: number; readonly total: number }
  readonly recoveredAt: bigint | null
  readonly recoveryMs: number | null
  readonly containerd: string | null
}

/** The memory of somebody who stays. Entries are values, put in the place of the ones before. */
export interface Store {
  readonly node: () => ServedNode
  readonly header: () => Header
  readonly tell: (header: Partial<Header>) => void
  readonly containers: ReadonlyMap<string, KeptContainer>
  readonly sandboxes: ReadonlyMap<string, KeptSandbox>
  readonly putContainer: (kept: KeptContainer) => void
  readonly removeContainer: (id: string) => void
  readonly removeSandbox: (id: string) => void
  readonly putSandbox: (kept: KeptSandbox) => void
  readonly setImages: (images: readonly ImageSeen[]) => void
  /** null: it is gone */
  readonly putImage: (name: string, image: ImageSeen | null) => void
  readonly happened: (event: ServedEvent) => void
  readonly subscribe: (hear: (event: ServedEvent) => void) => () => void
}

/** Whoever asks later than that has listed by then. */
const LONGEST_HISTORY = 10_000

const servedContainer = ({ remembered, plan, problems, watch }: KeptContainer): ServedContainer => ({
  id: plan.id,
  record: remembered.seen.record,
  metadata: plan.metadata,
  parked: plan.parked !== null,
  status: remembered.status,
  document: documentOf(remembered.seen),
  watched: watch !== null,
  unwritten: remembered.unwritten,
  problems,
})

const servedSandbox = ({ item, state, problems, watch }: KeptSandbox): ServedSandbox => ({
  id: item.id,
  origin: item.origin,
  record: item.record,
  metadata: item.metadata,
  parked: item.parked !== null,
  state,
  pid: state === 'SANDBOX_READY' ? item.pid : 0,
  createdAt: item.createdAt,
  netns: item.netns,
  watched: watch !== null,
  problems,
})

const mapped = <A, B>(items: ReadonlyMap<string, A>, show: (item: A) => B): ReadonlyMap<string, B> =>
  new Map([...items].map(([id, item]) => [id, show(item)]))

export const newStore = (snapshotter: string): Store => {
  const containers = new Map<string, KeptContainer>()
  const sandboxes = new Map<string, KeptSandbox>()
  let images: ReadonlyMap<string, ImageSeen> = new Map()
  let header: Header = {
    phase: 'starting',
    progress: { done: 0, total: 0 },
    recoveredAt: null,
    recoveryMs: null,
    containerd: null,
  }
  let shown: ServedNode | null = null
  const history: ServedEvent[] = []
  const hearers = new Set<(event: ServedEvent) => void>()

  return {
    // Asked for many times a second, and mostly nothing has changed.
    node: () => {
      const { phase, progress, recoveredAt, containerd } = header
      shown ??= {
        phase,
        progress,
        recoveredAt,
        containerd,
        snapshotter,
        containers: mapped(containers, servedContainer),
        sandboxes: mapped(sandboxes, servedSandbox),
        images,
      }
      return shown
    },
    header: () => header,
    tell: (news) => {
      header = { ...header, ...news }
      shown = null
    },
    containers,
    sandboxes,
    putContainer: (kept) => {
      containers.set(kept.plan.id, kept)
      shown = null
    },
    removeContainer: (id) => {
      containers.delete(id)
      shown = null
    },
    removeSandbox: (id) => {
      sandboxes.delete(id)
      shown = null
    },
    putSandbox: (kept) => {
      sandboxes.set(kept.item.id, kept)
      shown = null
    },
    setImages: (all) => {
      images = new Map(all.map((image) => [image.record.name, image]))
      shown = null
    },
    putImage: (name, image) => {
      const changed = new Map(images)
      if (image === null) changed.delete(name)
      else changed.set(name, image)
      images = changed
      shown = null
    },
    happened: (event) => {
      // Only what happened before anybody could have asked is told again.
      if (header.recoveredAt === null && history.length < LONGEST_HISTORY) history.push(event)
      for (const hear of [...hearers]) hear(event)
    },
    subscribe: (hear) => {
      for (const event of history) hear(event)
      hearers.add(hear)
      return () => {
        hearers.delete(hear)
      }
    },
  }
}
