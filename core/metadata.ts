import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import {
  goImage,
  goMount,
  goNamespaces,
  type ImageAsked,
  imageAskedOf,
  type MountAsked,
  mountsOf,
  type Namespaces,
  namespacesOf,
} from './cri-config.js'
import {
  dictionary,
  flag,
  type Go,
  int32,
  int64,
  list,
  pointer,
  struct,
  text,
  uint32,
  withSource,
} from './go.js'
import { type JsonObject, parseJson } from './json.js'
import type { Extension } from './records.js'

/**
 * The CRI plugin's own records, stored as extensions of containerd's records: JSON in Go's encoding, wrapped in a
 * version. Only what recovery needs is kept; wrong types anywhere in what is listed fail the whole, as in Go.
 */

export const CONTAINER_METADATA = 'io.cri-containerd.container.metadata'
export const SANDBOX_METADATA = 'io.cri-containerd.sandbox.metadata'
/** In a stored sandbox the same record has a shorter name (reference: podsandbox.MetadataKey). */
export const STORED_SANDBOX_METADATA = 'metadata'
export const UPDATED_RESOURCES = 'updated-resources'

export const CONTAINER_METADATA_TYPE = 'github.com/containerd/cri/pkg/store/container/Metadata'
export const SANDBOX_METADATA_TYPE = 'github.com/containerd/cri/pkg/store/sandbox/Metadata'

/** NamespaceModes of the CRI: shared in the pod, and the host's own. */
const POD = 0
const NODE = 2

export interface ContainerMetadata {
  readonly id: string
  readonly name: string
  readonly sandboxId: string
  /** The image's config digest */
  readonly imageRef: string
  readonly logPath: string
  readonly stopSignal: string
  readonly processLabel: string
  /** null where the record has no config: no IO can be made for it then */
  readonly config: {
    readonly name: string
    readonly attempt: number
    readonly image: string
    /** The whole of what was asked for, of which `image` is the name; null where nothing was */
    readonly imageAsked: ImageAsked | null
    readonly mounts: readonly MountAsked[]
    readonly tty: boolean
    readonly stdin: boolean
    readonly stdinOnce: boolean
    /** It sees the processes of its sandbox, and dies with them */
    readonly sharesProcesses: boolean
    readonly labels: ReadonlyMap<string, string>
    readonly annotations: ReadonlyMap<string, string>
  } | null
  /** The whole record as it was stored, for what is only passed on */
  readonly document: JsonObject
}

export interface SandboxMetadata {
  readonly id: string
  readonly name: string
  readonly netnsPath: string
  readonly ip: string
  readonly additionalIps: readonly string[]
  readonly runtimeHandler: string
  readonly processLabel: string
  readonly hostNetwork: boolean
  /** Its processes are the host's own, so they outlive it */
  readonly hostProcesses: boolean
  /** null: it was not said */
  readonly namespaces: Namespaces | null
  readonly podName: string
  readonly podNamespace: string
  readonly podUid: string
  readonly podAttempt: number
  /** Where the logs of its containers lie; empty where they have none */
  readonly logDirectory: string
  readonly cgroupParent: string
  readonly labels: ReadonlyMap<string, string>
  readonly annotations: ReadonlyMap<string, string>
  /** The whole record as it was stored, for what is only passed on */
  readonly document: JsonObject
}

/** `missing`: there is no such extension; the others say why it is of no use. */
export interface MetadataProblem {
  readonly why: 'missing' | 'type' | 'not-json' | 'shape' | 'version'
  readonly detail: string
}

const containerMetadata = struct({
  ID: text,
  Name: text,
  SandboxID: text,
  Config: pointer(
    struct({
      metadata: pointer(struct({ name: text, attempt: uint32 })),
      image: pointer(goImage),
      command: list(text),
      args: list(text),
      working_dir: text,
      envs: list(pointer(struct({ key: text, value: text }))),
      mounts: list(pointer(goMount)),
      labels: dictionary(text),
      annotations: dictionary(text),
      log_path: text,
      stdin: flag,
      stdin_once: flag,
      tty: flag,
      linux: pointer(
        struct({
          security_context: pointer(struct({ namespace_options: pointer(struct({ pid: int32 })) })),
        }),
      ),
    }),
  ),
  ImageRef: text,
  LogPath: text,
  StopSignal: text,
  ProcessLabel: text,
})

const sandboxMetadata = struct({
  ID: text,
  Name: text,
  Config: pointer(
    struct({
      metadata: pointer(struct({ name: text, uid: text, namespace: text, attempt: uint32 })),
      hostname: text,
      log_directory: text,
      labels: dictionary(text),
      annotations: dictionary(text),
      linux: pointer(
        struct({
          cgroup_parent: text,
          security_context: pointer(struct({ namespace_options: pointer(goNamespaces) })),
          sysctls: dictionary(text),
        }),
      ),
    }),
  ),
  NetNSPath: text,
  IP: text,
  AdditionalIPs: list(text),
  RuntimeHandler: text,
  ProcessLabel: text,
})

const resources = struct({
  cpu_period: int64,
  cpu_quota: int64,
  cpu_shares: int64,
  memory_limit_in_bytes: int64,
})
const updatedResources = struct({ Resources: pointer(resources), Overhead: pointer(resources) })

const decode = <A>(extension: Extension, type: string | null, of: Go<A>): Either<MetadataProblem, A> => {
  if (type !== null && extension.typeUrl !== type)
    return left({ why: 'type', detail: `of type ${JSON.stringify(extension.typeUrl)}, not ${type}` })
  const json = parseJson(extension.value)
  if (isLeft(json)) return left({ why: 'not-json', detail: json.left })
  const value = of.read(json.right, of.zero, 'metadata')
  return isLeft(value) ? left({ why: 'shape', detail: value.left }) : value
}

const decodeVersioned = <A>(
  extensions: ReadonlyMap<string, Extension>,
  name: string,
  type: string,
  of: Go<A>,
): Either<MetadataProblem, { readonly value: A; readonly source: JsonObject }> => {
  const extension = extensions.get(name)
  if (extension === undefined) return left({ why: 'missing', detail: `no extension ${name}` })
  const wrapped = decode(extension, type, struct({ Version: text, Metadata: withSource(of) }))
  if (isLeft(wrapped)) return wrapped
  return wrapped.right.Version === 'v1'
    ? right(wrapped.right.Metadata)
    : left({ why: 'version', detail: `version ${JSON.stringify(wrapped.right.Version)}, only v1 is known` })
}

/** A container's metadata (reference: loadContainer, "Load container metadata"). */
export const containerMetadataOf = (
  extensions: ReadonlyMap<string, Extension>,
): Either<MetadataProblem, ContainerMetadata> => {
  const read = decodeVersioned(extensions, CONTAINER_METADATA, CONTAINER_METADATA_TYPE, containerMetadata)
  if (isLeft(read)) return read
  const { value: m, source: document } = read.right
  return right({
    id: m.ID,
    name: m.Name,
    sandboxId: m.SandboxID,
    imageRef: m.ImageRef,
    logPath: m.LogPath,
    stopSignal: m.StopSignal,
    processLabel: m.ProcessLabel,
    config:
      m.Config === null
        ? null
        : {
            name: m.Config.metadata?.name ?? '',
            attempt: m.Config.metadata?.attempt ?? 0,
            image: m.Config.image?.image ?? '',
            imageAsked: m.Config.image === null ? null : imageAskedOf(m.Config.image),
            mounts: mountsOf(m.Config.mounts),
            tty: m.Config.tty,
            stdin: m.Config.stdin,
            stdinOnce: m.Config.stdin_once,
            sharesProcesses: (m.Config.linux?.security_context?.namespace_options?.pid ?? POD) === POD,
            labels: m.Config.labels,
            annotations: m.Config.annotations,
          },
    document,
  })
}

const sandboxMetadataUnder = (
  extensions: ReadonlyMap<string, Extension>,
  name: string,
): Either<MetadataProblem, SandboxMetadata> => {
  const read = decodeVersioned(extensions, name, SANDBOX_METADATA_TYPE, sandboxMetadata)
  if (isLeft(read)) return read
  const { value: m, source: document } = read.right
  const namespaces = m.Config?.linux?.security_context?.namespace_options ?? null
  return right({
    id: m.ID,
    name: m.Name,
    netnsPath: m.NetNSPath,
    ip: m.IP,
    additionalIps: m.AdditionalIPs,
    runtimeHandler: m.RuntimeHandler,
    processLabel: m.ProcessLabel,
    hostNetwork: namespaces?.network === NODE,
    hostProcesses: namespaces?.pid === NODE,
    namespaces: namespaces === null ? null : namespacesOf(namespaces),
    podName: m.Config?.metadata?.name ?? '',
    podNamespace: m.Config?.metadata?.namespace ?? '',
    podUid: m.Config?.metadata?.uid ?? '',
    podAttempt: m.Config?.metadata?.attempt ?? 0,
    logDirectory: m.Config?.log_directory ?? '',
    cgroupParent: m.Config?.linux?.cgroup_parent ?? '',
    labels: m.Config?.labels ?? new Map(),
    annotations: m.Config?.annotations ?? new Map(),
    document,
  })
}

/** The metadata of a sandbox's container record. */
export const sandboxMetadataOf = (
  extensions: ReadonlyMap<string, Extension>,
): Either<MetadataProblem, SandboxMetadata> => sandboxMetadataUnder(extensions, SANDBOX_METADATA)

/** The metadata of a stored sandbox. */
export const storedMetadataOf = (
  extensions: ReadonlyMap<string, Extension>,
): Either<MetadataProblem, SandboxMetadata> => sandboxMetadataUnder(extensions, STORED_SANDBOX_METADATA)

/** Whether a stored sandbox's updated resources can be read; without them there is nothing to read, which is fine. */
export const resourcesProblem = (extensions: ReadonlyMap<string, Extension>): MetadataProblem | null => {
  const extension = extensions.get(UPDATED_RESOURCES)
  if (extension === undefined) return null
  const read = decode(extension, null, updatedResources)
  return isLeft(read) ? read.left : null
}
