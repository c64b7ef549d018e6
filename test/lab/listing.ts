import { ContainerState } from '../../adapters/cri/gen/runtime/v1/container.js'
import { PodSandboxState } from '../../adapters/cri/gen/runtime/v1/sandbox.js'
import { RuntimeServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { untilTrue } from '../../adapters/fast-check/wait.js'
import type { Host } from './pods.js'

export type { Host }

export type ContainerStateName = 'CREATED' | 'RUNNING' | 'EXITED' | 'UNKNOWN'

export interface ListedContainer {
  readonly id: string
  readonly name: string
  readonly pod: string
  readonly state: ContainerStateName
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  readonly createdAt: bigint
  readonly startedAt: bigint
  readonly finishedAt: bigint
}

export interface ListedPod {
  readonly id: string
  readonly name: string
  readonly state: 'READY' | 'NOTREADY'
}

/** What a CRI socket says of everything; by name, so that two sockets' answers compare. */
export interface Listing {
  readonly pods: readonly ListedPod[]
  readonly containers: readonly ListedContainer[]
}

const STATES: Readonly<Record<number, ContainerStateName>> = {
  [ContainerState.CONTAINER_CREATED]: 'CREATED',
  [ContainerState.CONTAINER_RUNNING]: 'RUNNING',
  [ContainerState.CONTAINER_EXITED]: 'EXITED',
}

const byName = <A extends { readonly name: string; readonly id: string }>(a: A, b: A): number =>
  a.name === b.name ? a.id.localeCompare(b.id) : a.name.localeCompare(b.name)

export const containerStatus = async (host: Host, id: string): Promise<ListedContainer> => {
  const { status } = await host.connection.call(Cri.containerStatus, { containerId: id, verbose: false })
  if (status === undefined) throw new Error(`no status of ${id}`)
  const { state, exitCode, reason, message, createdAt, startedAt, finishedAt } = status
  return {
    id,
    name: status.metadata?.name ?? '',
    pod: '',
    state: STATES[state] ?? 'UNKNOWN',
    exitCode,
    reason,
    message,
    createdAt,
    startedAt,
    finishedAt,
  }
}

export const listAll = async (host: Host): Promise<Listing> => {
  const { items } = await host.connection.call(Cri.listPodSandbox, {})
  const { containers } = await host.connection.call(Cri.listContainers, {})
  const pods = items.map(({ id, metadata, state }) => ({
    id,
    name: metadata?.name ?? '',
    state: state === PodSandboxState.SANDBOX_READY ? ('READY' as const) : ('NOTREADY' as const),
  }))
  const podName = (id: string): string => pods.find((pod) => pod.id === id)?.name ?? ''
  const listed = await Promise.all(
    containers.map(async ({ id, podSandboxId }) => ({
      ...(await containerStatus(host, id)),
      pod: podName(podSandboxId),
    })),
  )
  return { pods: pods.toSorted(byName), containers: listed.toSorted(byName) }
}

/** A container's end reaches the CRI by an event, some time after it. */
export const untilState = (host: Host, id: string, state: ContainerStateName): Promise<void> =>
  untilTrue(`${id} is ${state}`, async () => (await containerStatus(host, id)).state === state)
