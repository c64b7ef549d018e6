import type { IdMapping, ImageAsked, MountAsked, Namespaces } from '../../core/cri-config.js'
import type { LinuxResources } from '../../core/cri-resources.js'
import { NamespaceMode, type NamespaceOption } from './gen/runtime/v1/config.js'
import type { ContainerResources } from './gen/runtime/v1/container.js'
import { type ImageSpec, type Mount, MountPropagation } from './gen/runtime/v1/container_config.js'

/** Our values as the CRI's messages. Nothing is decided here. */

/** A number of an enum; one that this version does not know is the enum's first. */
const known = <A extends number>(values: Readonly<Record<string, A>>, value: number, first: A): A =>
  Object.values(values).find((each) => each === value && each >= 0) ?? first

const mapping = ({ hostId, containerId, length }: IdMapping): IdMapping => ({ hostId, containerId, length })

export const imageSpecOf = (asked: ImageAsked): ImageSpec => ({
  image: asked.image,
  annotations: new Map(asked.annotations),
  userSpecifiedImage: asked.userSpecifiedImage,
  runtimeHandler: asked.runtimeHandler,
  imageRef: asked.imageRef,
})

/** An image of which only the name is told. */
export const namedImage = (image: string): ImageSpec => ({
  image,
  annotations: new Map(),
  userSpecifiedImage: '',
  runtimeHandler: '',
  imageRef: '',
})

export const mountOf = (mount: MountAsked): Mount => ({
  containerPath: mount.containerPath,
  hostPath: mount.hostPath,
  readonly: mount.readonly,
  selinuxRelabel: mount.selinuxRelabel,
  propagation: known(MountPropagation, mount.propagation, MountPropagation.PROPAGATION_PRIVATE),
  uidMappings: mount.uidMappings.map(mapping),
  gidMappings: mount.gidMappings.map(mapping),
  recursiveReadOnly: mount.recursiveReadOnly,
  image: mount.image === null ? undefined : imageSpecOf(mount.image),
  imageSubPath: mount.imageSubPath,
})

const mode = (value: number): NamespaceMode => known(NamespaceMode, value, NamespaceMode.POD)

export const namespacesOf = ({ network, pid, ipc, targetId, users }: Namespaces): NamespaceOption => ({
  network: mode(network),
  pid: mode(pid),
  ipc: mode(ipc),
  targetId,
  usernsOptions:
    users === null
      ? undefined
      : { mode: mode(users.mode), uids: users.uids.map(mapping), gids: users.gids.map(mapping) },
})

export const resourcesMessage = ({
  linux,
}: {
  readonly linux: LinuxResources | null
}): ContainerResources => ({
  linux:
    linux === null
      ? undefined
      : {
          cpuPeriod: linux.cpuPeriod,
          cpuQuota: linux.cpuQuota,
          cpuShares: linux.cpuShares,
          memoryLimitInBytes: linux.memoryLimit,
          oomScoreAdj: linux.oomScoreAdj,
          cpusetCpus: linux.cpusetCpus,
          cpusetMems: linux.cpusetMems,
          hugepageLimits: linux.hugepages,
          unified: new Map(linux.unified),
          memorySwapLimitInBytes: linux.memorySwapLimit,
        },
})
