import { status } from '@grpc/grpc-js'
import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import { type ImageIndex, shownImage } from '../../core/cri-images.js'
import { resourcesOf } from '../../core/cri-resources.js'
import { isSelected, wholeId } from '../../core/cri-select.js'
import type { SpecFacts } from '../../core/cri-spec.js'
import { criView } from '../../core/view.js'
import type { ServedContainer, ServedNode } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'
import { type Handler, refusal, refusalOf } from './calls.js'
import type { Context } from './context.js'
import { imageSpecOf, mountOf, namedImage, resourcesMessage } from './convert.js'
import {
  type Container,
  type ContainerFilter,
  ContainerState,
  type ContainerStatus,
  type ContainerStatusRequest,
  type ContainerStatusResponse,
  type ContainerUser,
  type ListContainersRequest,
  type ListContainersResponse,
  type ReopenContainerLogRequest,
  type ReopenContainerLogResponse,
} from './gen/runtime/v1/container.js'
import {
  type ContainerMetadata,
  type ImageSpec,
  Signal as StopSignal,
} from './gen/runtime/v1/container_config.js'
import { findContainer } from './lookup.js'
import { containerInfo } from './verbose.js'

/** Where the kubelet repeats a container's name, for one whose metadata cannot be read. */
const NAME_LABEL = 'io.kubernetes.container.name'

export const metadataOf = ({ metadata, record }: ServedContainer): ContainerMetadata => ({
  name: metadata?.config?.name ?? record.labels.get(NAME_LABEL) ?? '',
  attempt: metadata?.config?.attempt ?? 0,
})

export const labelsOf = ({ metadata, record }: ServedContainer): Map<string, string> =>
  new Map(metadata?.config?.labels ?? record.labels)

export const annotationsOf = ({ metadata }: ServedContainer): Map<string, string> =>
  new Map(metadata?.config?.annotations ?? [])

const imageAskedOf = ({ metadata, record }: ServedContainer): ImageSpec | undefined => {
  if (metadata === null) return namedImage(record.image)
  const asked = metadata.config?.imageAsked ?? null
  return asked === null ? undefined : imageSpecOf(asked)
}

const listed = (container: ServedContainer): Container => {
  const view = criView(container.status, container.record.createdAt)
  return {
    id: container.id,
    podSandboxId: container.metadata?.sandboxId ?? '',
    metadata: metadataOf(container),
    image: imageAskedOf(container),
    imageRef: container.metadata?.imageRef ?? container.record.image,
    state: ContainerState[view.state],
    createdAt: view.createdAt,
    labels: labelsOf(container),
    annotations: annotationsOf(container),
    imageId: '',
  }
}

/** Which containers a filter leaves (reference: filterCRIContainers). */
const selected = (node: ServedNode, filter: ContainerFilter | undefined): readonly ServedContainer[] => {
  const containers = [...node.containers.values()]
  if (filter === undefined) return containers
  const fits = isSelected({
    id: wholeId([...node.containers.keys()], filter.id),
    sandboxId: wholeId([...node.sandboxes.keys()], filter.podSandboxId),
    state: filter.state?.state ?? null,
    labels: filter.labelSelector,
  })
  return containers.filter((container) =>
    fits({
      id: container.id,
      sandboxId: container.metadata?.sandboxId ?? '',
      state: ContainerState[criView(container.status).state],
      labels: container.metadata?.config?.labels ?? container.record.labels,
    }),
  )
}

export const listContainers =
  ({ service }: Context): Handler<ListContainersRequest, ListContainersResponse> =>
  async ({ filter }) =>
    right({ containers: selected(service.node(), filter).map(listed) })

/** Empty where it is not known, as containerd has it. */
const userOf = (facts: SpecFacts | null): ContainerUser =>
  facts === null || facts.user === null
    ? {}
    : {
        linux: {
          uid: BigInt(facts.user.uid),
          gid: BigInt(facts.user.gid),
          supplementalGroups: facts.user.additionalGids.map(BigInt),
        },
      }

/** A container's status as the CRI shows it (reference: toCRIContainerStatus). */
export const containerStatusOf = (
  container: ServedContainer,
  images: ImageIndex,
  facts: SpecFacts | null,
): ContainerStatus => {
  const view = criView(container.status, container.record.createdAt)
  const imageRef = container.metadata?.imageRef ?? container.record.image
  const image = shownImage(images, imageRef)
  const resources = resourcesOf(container.document)
  return {
    id: container.id,
    metadata: metadataOf(container),
    state: ContainerState[view.state],
    createdAt: view.createdAt,
    startedAt: view.startedAt,
    finishedAt: view.finishedAt,
    exitCode: container.status.exitCode,
    image: image.tag === null ? imageAskedOf(container) : namedImage(image.tag),
    imageRef: image.digest ?? imageRef,
    reason: view.reason,
    message: container.status.message,
    labels: labelsOf(container),
    annotations: annotationsOf(container),
    mounts: (container.metadata?.config?.mounts ?? []).map(mountOf),
    logPath: container.metadata?.logPath ?? '',
    resources: resources === null ? undefined : resourcesMessage(resources),
    imageId: '',
    user: userOf(facts),
    stopSignal: StopSignal.SIGNAL_RUNTIME_DEFAULT,
  }
}

const told = async (context: Context, id: string, signal: Signal) => {
  const detail = await context.service.detail(id, signal)()
  return isLeft(detail) ? null : detail.right
}

export const containerStatus =
  (context: Context): Handler<ContainerStatusRequest, ContainerStatusResponse> =>
  async ({ containerId, verbose }, signal) => {
    const node = context.service.node()
    const found = findContainer(node, containerId)
    if (isLeft(found)) return found
    const container = found.right
    const facts = await context.specs.of(container.id, signal)
    return right({
      status: containerStatusOf(container, context.images(node.images), facts),
      info: verbose ? containerInfo(container, await told(context, container.id, signal)) : new Map(),
    })
  }

export const reopenContainerLog =
  ({ service }: Context): Handler<ReopenContainerLogRequest, ReopenContainerLogResponse> =>
  async ({ containerId }) => {
    const found = findContainer(service.node(), containerId)
    if (isLeft(found)) return found
    const reopened = await service.reopenLog(found.right.id)()
    if (!isLeft(reopened)) return right({})
    const failed = refusalOf(reopened.left)
    // containerd's code for a container that does not run is that of an error without a kind.
    return left(
      reopened.left.tag === 'Denied'
        ? refusal(status.UNKNOWN, `container is not running: ${failed.details}`)
        : failed,
    )
  }
