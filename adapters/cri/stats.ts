import { status } from '@grpc/grpc-js'
import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either.js'
import { hasLabels, wholeId } from '../../core/cri-select.js'
import { availableBytes } from '../../core/cri-usage.js'
import { stateOf } from '../../core/status.js'
import { each } from '../../ports/each.js'
import type { ServedContainer, ServedNode, ServedSandbox } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'
import type { CgroupUsage, InterfaceUsage, SnapshotUsage } from '../../ports/stats.js'
import { type Handler, type Refusal, refusal } from './calls.js'
import { annotationsOf, labelsOf, metadataOf } from './containers.js'
import type { Context } from './context.js'
import type { UInt64Value } from './gen/runtime/v1/config.js'
import type {
  ContainerStats,
  ContainerStatsFilter,
  ContainerStatsRequest,
  ContainerStatsResponse,
  CpuUsage,
  FilesystemUsage,
  ListContainerStatsRequest,
  ListContainerStatsResponse,
  ListPodSandboxStatsRequest,
  ListPodSandboxStatsResponse,
  MemoryUsage,
  NetworkUsage,
  PodSandboxStats,
  PodSandboxStatsRequest,
  PodSandboxStatsResponse,
} from './gen/runtime/v1/stats.js'
import { findContainer, findSandbox } from './lookup.js'
import type { Samples } from './samples.js'
import { podAnnotations, podLabels, podOf, selectedSandboxes } from './sandboxes.js'

/** How many cgroups are read at once. */
const AT_ONCE = 16

const count = (value: bigint): UInt64Value => ({ value })

/** What a round of answers shares: the samples before, and what the snapshots took. */
interface Round {
  readonly context: Context
  readonly samples: Samples
  readonly layers: Layers
  readonly signal: Signal
}

interface Layers {
  readonly at: bigint
  readonly folder: string
  readonly byKey: ReadonlyMap<string, SnapshotUsage>
}

const layersOf = async ({ service }: Context, signal: Signal): Promise<Layers> => {
  const told = await service.snapshots(signal)()
  if (isLeft(told)) return { at: 0n, folder: '', byKey: new Map() }
  const { at, folder, usage } = told.right
  return { at, folder: folder ?? '', byKey: new Map(usage.map((snapshot) => [snapshot.key, snapshot])) }
}

/** 0 of one that is not known, at no time, as containerd has it. */
const writableLayer = ({ record }: ServedContainer, { at, folder, byKey }: Layers): FilesystemUsage => {
  const snapshot = byKey.get(record.snapshotKey)
  return {
    timestamp: snapshot === undefined ? 0n : at,
    fsId: { mountpoint: folder },
    usedBytes: count(snapshot?.bytes ?? 0n),
    inodesUsed: count(snapshot?.inodes ?? 0n),
  }
}

const memoryOf = ({ at, memory }: CgroupUsage): MemoryUsage | undefined =>
  memory === null
    ? undefined
    : {
        timestamp: at,
        workingSetBytes: count(memory.workingSet),
        availableBytes: count(availableBytes(memory.limit, memory.workingSet)),
        usageBytes: count(memory.usage),
        rssBytes: count(memory.rss),
        pageFaults: count(memory.pageFaults),
        majorPageFaults: count(memory.majorPageFaults),
      }

/** null: it does not run, or its cgroup is gone or cannot be read. */
const usageOf = async (
  { context, signal }: Round,
  { id, status: known }: ServedContainer,
): Promise<CgroupUsage | null> => {
  const state = stateOf(known)
  if (state !== 'CONTAINER_RUNNING' && state !== 'CONTAINER_UNKNOWN') return null
  const facts = await context.specs.of(id, signal)
  if (facts === null || facts.cgroupsPath === '') return null
  const usage = await context.service.cgroup(facts.cgroupsPath)()
  return isRight(usage) ? usage.right : null
}

interface Told {
  readonly stats: ContainerStats
  readonly usage: CgroupUsage | null
}

const containerTold = async (round: Round, container: ServedContainer): Promise<Told> => {
  const usage = await usageOf(round, container)
  const taken = usage === null ? null : round.samples.take(container.id, usage)
  const cpu: CpuUsage | undefined =
    taken === null
      ? undefined
      : {
          timestamp: taken.sample.at,
          usageCoreNanoSeconds: count(taken.sample.used),
          usageNanoCores: count(taken.rate),
        }
  return {
    usage,
    stats: {
      attributes: {
        id: container.id,
        metadata: metadataOf(container),
        labels: labelsOf(container),
        annotations: annotationsOf(container),
      },
      cpu,
      memory: usage === null ? undefined : memoryOf(usage),
      writableLayer: writableLayer(container, round.layers),
      swap:
        usage === null || usage.swap === null
          ? undefined
          : {
              timestamp: usage.at,
              swapAvailableBytes: usage.swap.available === null ? undefined : count(usage.swap.available),
              swapUsageBytes: count(usage.swap.usage),
            },
    },
  }
}

/** Which containers a filter leaves (reference: buildTaskMetricsRequest): those that do not run, too. */
const selected = (node: ServedNode, filter: ContainerStatsFilter | undefined): readonly ServedContainer[] => {
  const containers = [...node.containers.values()]
  if (filter === undefined) return containers
  const id = wholeId([...node.containers.keys()], filter.id)
  const sandboxId = wholeId([...node.sandboxes.keys()], filter.podSandboxId)
  return containers.filter(
    (container) =>
      (id === '' || id === container.id) &&
      (sandboxId === '' || sandboxId === container.metadata?.sandboxId) &&
      hasLabels(container.metadata?.config?.labels ?? container.record.labels, filter.labelSelector),
  )
}

const newRound = async (context: Context, kept: Samples, signal: Signal): Promise<Round> => ({
  context,
  samples: kept,
  layers: await layersOf(context, signal),
  signal,
})

export const listContainerStats =
  (context: Context, kept: Samples): Handler<ListContainerStatsRequest, ListContainerStatsResponse> =>
  async ({ filter }, signal) => {
    const round = await newRound(context, kept, signal)
    const told = await each(AT_ONCE, selected(context.service.node(), filter), (container) =>
      containerTold(round, container),
    )
    return right({ stats: told.map(({ stats }) => stats) })
  }

export const containerStats =
  (context: Context, kept: Samples): Handler<ContainerStatsRequest, ContainerStatsResponse> =>
  async ({ containerId }, signal) => {
    const found = findContainer(context.service.node(), containerId)
    if (isLeft(found)) return found
    const { stats, usage } = await containerTold(await newRound(context, kept, signal), found.right)
    if (usage !== null) return right({ stats })
    return left(
      refusal(
        status.UNKNOWN,
        `container ${JSON.stringify(found.right.id)} has no usage: it does not run, or its cgroup cannot be read`,
      ),
    )
  }

/** The name of a pod's own interface (reference: defaultIfName). */
const POD_INTERFACE = 'eth0'

const networkOf = (at: bigint, interfaces: readonly InterfaceUsage[] | null): NetworkUsage | undefined => {
  const found = interfaces?.find(({ name }) => name === POD_INTERFACE)
  return found === undefined
    ? undefined
    : {
        timestamp: at,
        defaultInterface: {
          name: found.name,
          rxBytes: count(found.rxBytes),
          rxErrors: count(found.rxErrors),
          txBytes: count(found.txBytes),
          txErrors: count(found.txErrors),
        },
        interfaces: [],
      }
}

const networkIn = async (
  { context }: Round,
  at: bigint,
  { metadata, pid, netns }: ServedSandbox,
): Promise<NetworkUsage | undefined> => {
  if (metadata === null || netns.status === 'host' || pid === 0) return undefined
  const interfaces = await context.service.network(pid)()
  return networkOf(at, isRight(interfaces) ? interfaces.right : null)
}

/** A pod's own cgroup, its network, and its containers (reference: podSandboxStats). */
const podStats = async (
  round: Round,
  node: ServedNode,
  sandbox: ServedSandbox,
): Promise<Either<Refusal, PodSandboxStats>> => {
  const what = `sandbox ${JSON.stringify(sandbox.id)}`
  if (sandbox.state !== 'SANDBOX_READY')
    return left(refusal(status.UNAVAILABLE, `${what} is not ready, and uses nothing`))
  const parent = sandbox.metadata?.cgroupParent ?? ''
  if (parent === '') return left(refusal(status.UNKNOWN, `${what} has no cgroup of its own`))
  const read = await round.context.service.cgroup(parent)()
  const usage = isRight(read) ? read.right : null
  const taken = usage === null ? null : round.samples.take(sandbox.id, usage)
  if (usage === null || taken === null)
    return left(refusal(status.UNKNOWN, `${what}: its cgroup cannot be read`))
  const inPod = [...node.containers.values()].filter(({ metadata }) => metadata?.sandboxId === sandbox.id)
  const told = await each(AT_ONCE, inPod, (container) => containerTold(round, container))
  return right({
    attributes: {
      id: sandbox.id,
      metadata: podOf(sandbox),
      labels: podLabels(sandbox),
      annotations: podAnnotations(sandbox),
    },
    linux: {
      cpu: { timestamp: taken.sample.at, usageCoreNanoSeconds: count(taken.sample.used) },
      memory: memoryOf(usage),
      network: await networkIn(round, usage.at, sandbox),
      process: {
        timestamp: usage.at,
        processCount: count(told.reduce((all, { usage: its }) => all + (its?.processes ?? 0n), 0n)),
      },
      containers: told.map(({ stats }) => stats),
    },
  })
}

/** A pod that cannot be measured is left out; containerd fails the whole list then. */
export const listPodSandboxStats =
  (context: Context, kept: Samples): Handler<ListPodSandboxStatsRequest, ListPodSandboxStatsResponse> =>
  async ({ filter }, signal) => {
    const node = context.service.node()
    const round = await newRound(context, kept, signal)
    const pods = selectedSandboxes(node, filter === undefined ? undefined : { ...filter, state: undefined })
    const told = await each(AT_ONCE, pods, (sandbox) => podStats(round, node, sandbox))
    return right({ stats: told.flatMap((pod) => (isRight(pod) ? [pod.right] : [])) })
  }

export const podSandboxStats =
  (context: Context, kept: Samples): Handler<PodSandboxStatsRequest, PodSandboxStatsResponse> =>
  async ({ podSandboxId }, signal) => {
    const node = context.service.node()
    const found = findSandbox(node, podSandboxId)
    if (isLeft(found)) return found
    const stats = await podStats(await newRound(context, kept, signal), node, found.right)
    return isLeft(stats) ? stats : right({ stats: stats.right })
  }
