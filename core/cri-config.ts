import { dictionary, flag, type Go, int32, list, pointer, struct, text, uint32 } from './go.js'

/** Parts of what the kubelet asked for, kept by the CRI plugin in its metadata and shown again in its answers. */

/** An image as the kubelet asked for it. */
export interface ImageAsked {
  readonly image: string
  readonly annotations: ReadonlyMap<string, string>
  /** As the pod's manifest has it, before it was resolved */
  readonly userSpecifiedImage: string
  readonly runtimeHandler: string
  readonly imageRef: string
}

export interface IdMapping {
  readonly hostId: number
  readonly containerId: number
  readonly length: number
}

/** `propagation` is the CRI's number. */
export interface MountAsked {
  readonly containerPath: string
  readonly hostPath: string
  readonly readonly: boolean
  readonly selinuxRelabel: boolean
  readonly propagation: number
  readonly uidMappings: readonly IdMapping[]
  readonly gidMappings: readonly IdMapping[]
  readonly recursiveReadOnly: boolean
  /** Set where an image is mounted, not a host's path */
  readonly image: ImageAsked | null
  readonly imageSubPath: string
}

/** Whose namespaces a pod has, in the CRI's numbers (NamespaceMode). */
export interface Namespaces {
  readonly network: number
  readonly pid: number
  readonly ipc: number
  readonly targetId: string
  readonly users: {
    readonly mode: number
    readonly uids: readonly IdMapping[]
    readonly gids: readonly IdMapping[]
  } | null
}

export const goImage = struct({
  image: text,
  annotations: dictionary(text),
  user_specified_image: text,
  runtime_handler: text,
  image_ref: text,
})
const idMappings = list(pointer(struct({ host_id: uint32, container_id: uint32, length: uint32 })))
export const goMount = struct({
  container_path: text,
  host_path: text,
  readonly: flag,
  selinux_relabel: flag,
  propagation: int32,
  uidMappings: idMappings,
  gidMappings: idMappings,
  recursive_read_only: flag,
  image: pointer(goImage),
  image_sub_path: text,
})
export const goNamespaces = struct({
  network: int32,
  pid: int32,
  ipc: int32,
  target_id: text,
  userns_options: pointer(struct({ mode: int32, uids: idMappings, gids: idMappings })),
})

type Read<G> = G extends Go<infer A> ? A : never

const present = <A>(items: readonly (A | null)[]): readonly A[] => items.filter((item) => item !== null)

export const imageAskedOf = (i: Read<typeof goImage>): ImageAsked => ({
  image: i.image,
  annotations: i.annotations,
  userSpecifiedImage: i.user_specified_image,
  runtimeHandler: i.runtime_handler,
  imageRef: i.image_ref,
})

const mappingsOf = (mappings: Read<typeof idMappings>): readonly IdMapping[] =>
  present(mappings).map((m) => ({ hostId: m.host_id, containerId: m.container_id, length: m.length }))

const mountOf = (m: Read<typeof goMount>): MountAsked => ({
  containerPath: m.container_path,
  hostPath: m.host_path,
  readonly: m.readonly,
  selinuxRelabel: m.selinux_relabel,
  propagation: m.propagation,
  uidMappings: mappingsOf(m.uidMappings),
  gidMappings: mappingsOf(m.gidMappings),
  recursiveReadOnly: m.recursive_read_only,
  image: m.image === null ? null : imageAskedOf(m.image),
  imageSubPath: m.image_sub_path,
})

export const namespacesOf = (n: Read<typeof goNamespaces>): Namespaces => ({
  network: n.network,
  pid: n.pid,
  ipc: n.ipc,
  targetId: n.target_id,
  users:
    n.userns_options === null
      ? null
      : {
          mode: n.userns_options.mode,
          uids: mappingsOf(n.userns_options.uids),
          gids: mappingsOf(n.userns_options.gids),
        },
})

export const mountsOf = (mounts: readonly (Read<typeof goMount> | null)[]): readonly MountAsked[] =>
  present(mounts).map(mountOf)
