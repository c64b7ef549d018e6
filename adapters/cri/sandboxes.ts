import { isLeft, isRight, right } from 'fp-ts/lib/Either.js'
import { isSelected, wholeId } from '../../core/cri-select.js'
import type { ServedNode, ServedSandbox } from '../../ports/service.js'
import type { Handler } from './calls.js'
import type { Context } from './context.js'
import { namespacesOf } from './convert.js'
import {
  type ListPodSandboxRequest,
  type ListPodSandboxResponse,
  type PodSandbox,
  type PodSandboxFilter,
  PodSandboxState,
  type PodSandboxStatus,
  type PodSandboxStatusRequest,
  type PodSandboxStatusResponse,
} from './gen/runtime/v1/sandbox.js'
import type { PodSandboxMetadata } from './gen/runtime/v1/sandbox_config.js'
import { findSandbox } from './lookup.js'
import { sandboxInfo } from './verbose.js'

/** Where the kubelet repeats who a pod is, for one whose metadata cannot be read. */
const label = ({ record }: ServedSandbox, name: 'name' | 'namespace' | 'uid'): string =>
  record?.labels.get(`io.kubernetes.pod.${name}`) ?? ''

export const podOf = (sandbox: ServedSandbox): PodSandboxMetadata => ({
  name: sandbox.metadata?.podName ?? label(sandbox, 'name'),
  namespace: sandbox.metadata?.podNamespace ?? label(sandbox, 'namespace'),
  uid: sandbox.metadata?.podUid ?? label(sandbox, 'uid'),
  attempt: sandbox.metadata?.podAttempt ?? 0,
})

const labels = ({ metadata, record }: ServedSandbox): ReadonlyMap<string, string> =>
  metadata?.labels ?? record?.labels ?? new Map()

export const podLabels = (sandbox: ServedSandbox): Map<string, string> => new Map(labels(sandbox))

export const podAnnotations = ({ metadata }: ServedSandbox): Map<string, string> =>
  new Map(metadata?.annotations ?? [])

/** The CRI knows two states: what is in doubt is not ready. */
const stateOf = ({ state }: ServedSandbox): PodSandboxState =>
  state === 'SANDBOX_READY' ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY

const listed = (sandbox: ServedSandbox): PodSandbox => ({
  id: sandbox.id,
  metadata: podOf(sandbox),
  state: stateOf(sandbox),
  createdAt: sandbox.createdAt,
  labels: podLabels(sandbox),
  annotations: podAnnotations(sandbox),
  runtimeHandler: sandbox.metadata?.runtimeHandler ?? '',
})

/** Which sandboxes a filter leaves (reference: filterCRISandboxes). */
export const selectedSandboxes = (
  node: ServedNode,
  filter: Pick<PodSandboxFilter, 'id' | 'state' | 'labelSelector'> | undefined,
): readonly ServedSandbox[] => {
  const sandboxes = [...node.sandboxes.values()]
  if (filter === undefined) return sandboxes
  const fits = isSelected({
    id: wholeId([...node.sandboxes.keys()], filter.id),
    sandboxId: '',
    state: filter.state?.state ?? null,
    labels: filter.labelSelector,
  })
  return sandboxes.filter((sandbox) =>
    fits({ id: sandbox.id, sandboxId: '', state: stateOf(sandbox), labels: labels(sandbox) }),
  )
}

export const listPodSandbox =
  ({ service }: Context): Handler<ListPodSandboxRequest, ListPodSandboxResponse> =>
  async ({ filter }) =>
    right({ items: selectedSandboxes(service.node(), filter).map(listed) })

/** Addresses are told only while the pod's network stands (reference: getIPs). */
const addresses = ({ metadata, netns }: ServedSandbox): readonly [string, readonly string[]] =>
  metadata === null || netns.status !== 'open' ? ['', []] : [metadata.ip, metadata.additionalIps]

/** A sandbox's status as the CRI shows it (reference: toCRISandboxStatus). */
export const sandboxStatusOf = (sandbox: ServedSandbox): PodSandboxStatus => {
  const [ip, others] = addresses(sandbox)
  const namespaces = sandbox.metadata?.namespaces ?? null
  return {
    id: sandbox.id,
    metadata: podOf(sandbox),
    state: stateOf(sandbox),
    createdAt: sandbox.createdAt,
    network: { ip, additionalIps: others.map((other) => ({ ip: other })) },
    linux: { namespaces: { options: namespaces === null ? undefined : namespacesOf(namespaces) } },
    labels: podLabels(sandbox),
    annotations: podAnnotations(sandbox),
    runtimeHandler: sandbox.metadata?.runtimeHandler ?? '',
  }
}

export const podSandboxStatus =
  ({ service }: Context): Handler<PodSandboxStatusRequest, PodSandboxStatusResponse> =>
  async ({ podSandboxId, verbose }, signal) => {
    const found = findSandbox(service.node(), podSandboxId)
    if (isLeft(found)) return found
    const sandbox = found.right
    const detail = verbose && sandbox.record !== null ? await service.detail(sandbox.id, signal)() : null
    const info = sandboxInfo(sandbox, detail !== null && isRight(detail) ? detail.right : null)
    return right({
      status: sandboxStatusOf(sandbox),
      info: verbose ? info : new Map(),
      containersStatuses: [],
      timestamp: 0n,
    })
  }
