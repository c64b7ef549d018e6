import fc from 'fast-check'
import type { Either } from 'fp-ts/lib/Either.js'
import { isLeft } from 'fp-ts/lib/Either.js'
import { printJson } from '../../../core/json.js'
import {
  CONTAINER_METADATA,
  CONTAINER_METADATA_TYPE,
  type ContainerMetadata,
  containerMetadataOf,
  type MetadataProblem,
  SANDBOX_METADATA,
  SANDBOX_METADATA_TYPE,
  type SandboxMetadata,
  sandboxMetadataOf,
} from '../../../core/metadata.js'
import type { Extension } from '../../../core/records.js'
import { hostilePath, hostileText, id } from './names.js'
import { json, text, uint32 } from './values.js'

/** The CRI plugin's own records, as extensions of containerd's: in the bytes that are stored, and read. */

const labels = fc.dictionary(text, text, { maxKeys: 3 })
const namespaceMode = fc.constantFrom(0, 1, 2, 3)

const containerConfig = fc.record(
  {
    metadata: fc.record({ name: id, attempt: uint32 }),
    image: fc.record({ image: fc.constant('registry.example/app:1'), annotations: labels }),
    labels,
    annotations: labels,
    mounts: fc.array(fc.record({ container_path: text, host_path: text, readonly: fc.boolean() }), {
      maxLength: 2,
    }),
    log_path: fc.constantFrom('', 'web/0.log'),
    stdin: fc.boolean(),
    stdin_once: fc.boolean(),
    tty: fc.boolean(),
    linux: fc.record({
      security_context: fc.record({ namespace_options: fc.record({ pid: namespaceMode }) }),
    }),
    NotKnownYet: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: ['metadata'] },
)

const sandboxConfig = fc.record(
  {
    metadata: fc.record({ name: id, uid: id, namespace: id, attempt: uint32 }),
    log_directory: fc.constantFrom('', '/var/log/pods/default_web_uid'),
    labels,
    annotations: labels,
    linux: fc.record({
      cgroup_parent: fc.constantFrom('', '/kubepods/burstable'),
      security_context: fc.record({
        namespace_options: fc.record({ network: namespaceMode, pid: namespaceMode, ipc: namespaceMode }),
      }),
    }),
  },
  { requiredKeys: ['metadata'] },
)

const extensionOf = (typeUrl: string, metadata: unknown): Extension => ({
  typeUrl,
  value: JSON.stringify({ Version: 'v1', Metadata: metadata }),
})

/** A container's metadata as it is stored; `SandboxID` and the log's path may be anybody's. */
export const containerExtension: fc.Arbitrary<Extension> = fc
  .record({
    ID: id,
    Name: fc.oneof(id, hostileText),
    SandboxID: id,
    Config: fc.option(containerConfig),
    ImageRef: fc.constant(`sha256:${'1'.repeat(64)}`),
    LogPath: fc.oneof(fc.constant(''), hostilePath),
    StopSignal: fc.constantFrom('', 'SIGTERM', '15'),
  })
  .map((metadata) => extensionOf(CONTAINER_METADATA_TYPE, metadata))

/** A sandbox's metadata as it is stored. */
export const sandboxExtension: fc.Arbitrary<Extension> = fc
  .record({
    ID: id,
    Name: fc.oneof(id, hostileText),
    Config: fc.option(sandboxConfig),
    NetNSPath: fc.constantFrom('', '/var/run/netns/cni-1', '/proc/1/ns/net'),
    IP: fc.constantFrom('', '10.0.0.7', 'fd00::7'),
    AdditionalIPs: fc.array(fc.constantFrom('10.0.0.8', 'fd00::8'), { maxLength: 2 }),
    RuntimeHandler: fc.constantFrom('', 'runc'),
  })
  .map((metadata) => extensionOf(SANDBOX_METADATA_TYPE, metadata))

/** An extension that is of no use: of another type, another version, cut off, no JSON, or of the wrong shape. */
export const hostileExtension: fc.Arbitrary<Extension> = fc.oneof(
  fc.tuple(hostileText, text).map(([typeUrl, value]) => ({ typeUrl, value })),
  fc.tuple(fc.constantFrom(CONTAINER_METADATA_TYPE, SANDBOX_METADATA_TYPE), json).map(([typeUrl, value]) => ({
    typeUrl,
    value: `{"Version":"v1","Metadata":${printJson(value)}}`,
  })),
  fc
    .oneof(containerExtension, sandboxExtension)
    .chain(({ typeUrl, value }) =>
      fc.nat({ max: value.length }).map((at) => ({ typeUrl, value: value.slice(0, at) })),
    ),
)

const usable = <A>(read: Either<MetadataProblem, A>): readonly A[] => (isLeft(read) ? [] : [read.right])

/** A container's metadata as it is read from what was stored. */
export const containerMetadata: fc.Arbitrary<ContainerMetadata> = containerExtension
  .map((stored) => usable(containerMetadataOf(new Map([[CONTAINER_METADATA, stored]]))))
  .filter((read) => read.length > 0)
  .chain((read) => fc.constantFrom(...read))

/** A sandbox's metadata as it is read from what was stored. */
export const sandboxMetadata: fc.Arbitrary<SandboxMetadata> = sandboxExtension
  .map((stored) => usable(sandboxMetadataOf(new Map([[SANDBOX_METADATA, stored]]))))
  .filter((read) => read.length > 0)
  .chain((read) => fc.constantFrom(...read))
