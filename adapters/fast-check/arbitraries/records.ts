import fc from 'fast-check'
import { CONTAINER_METADATA, SANDBOX_METADATA, STORED_SANDBOX_METADATA } from '../../../core/metadata.js'
import {
  BASES,
  type Base,
  type ContainerRecord,
  type Entry,
  type Extension,
  type FileKind,
  type ImageRecord,
  type NetnsStatus,
  type PluginRecord,
  type SandboxReply,
  type StoredSandbox,
  type TaskReply,
  type TaskStatus,
} from '../../../core/records.js'
import { containerExtension, hostileExtension, sandboxExtension } from './metadata.js'
import { hostileId, hostileText, id } from './names.js'
import { int64, text, uint32 } from './values.js'

/** What the outside says of a node, true or not. */

const labels = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => new Map(entries))

const extensionsOf = (
  key: string,
  extension: fc.Arbitrary<Extension>,
): fc.Arbitrary<ReadonlyMap<string, Extension>> =>
  fc.oneof(
    { weight: 4, arbitrary: extension.map((value) => new Map([[key, value]])) },
    hostileExtension.map((value) => new Map([[key, value]])),
    fc.constant(new Map<string, Extension>()),
  )

const recordOf = (kind: 'container' | 'sandbox', extensions: ContainerRecord['extensions']) =>
  fc.record<ContainerRecord>({
    id: fc.oneof({ weight: 4, arbitrary: id }, hostileId),
    labels: labels.map((others) => new Map([...others, ['io.cri-containerd.kind', kind]])),
    image: fc.oneof(fc.constant('registry.example/app:1'), hostileText),
    runtime: fc.constantFrom('io.containerd.runc.v2', ''),
    snapshotter: fc.constantFrom('overlayfs', 'native', ''),
    snapshotKey: text,
    createdAt: int64,
    extensions: fc.constant(extensions),
  })

/** The record of a container. */
export const anyContainerRecord: fc.Arbitrary<ContainerRecord> = extensionsOf(
  CONTAINER_METADATA,
  containerExtension,
).chain((extensions) => recordOf('container', extensions))

/** The record of a pod's sandbox. */
export const anySandboxRecord: fc.Arbitrary<ContainerRecord> = extensionsOf(
  SANDBOX_METADATA,
  sandboxExtension,
).chain((extensions) => recordOf('sandbox', extensions))

export const taskStatus: fc.Arbitrary<TaskStatus> = fc.constantFrom(
  'unknown',
  'created',
  'running',
  'stopped',
  'paused',
  'pausing',
  'other',
)

const pipe = fc.oneof(
  fc.constantFrom('', '/run/containerd/fifo/1/web-stdout', 'ttrpc+unix:///s'),
  hostileText,
)

/** A task's answer; a task that has not ended may claim an exit. */
export const anyTaskReply: fc.Arbitrary<TaskReply> = fc.record({
  id: fc.oneof({ weight: 4, arbitrary: id }, hostileId),
  pid: uint32,
  status: taskStatus,
  exitStatus: uint32,
  exitedAt: fc.option(int64),
  terminal: fc.boolean(),
  stdin: pipe,
  stdout: pipe,
  stderr: pipe,
})

export const storedSandbox: fc.Arbitrary<StoredSandbox> = fc.record({
  id: fc.oneof({ weight: 4, arbitrary: id }, hostileId),
  sandboxer: fc.constantFrom('podsandbox', 'shim', ''),
  createdAt: int64,
  extensions: extensionsOf(STORED_SANDBOX_METADATA, sandboxExtension),
})

export const sandboxReply: fc.Arbitrary<SandboxReply> = fc.record({
  state: fc.oneof(fc.constantFrom('SANDBOX_READY', 'SANDBOX_NOTREADY', ''), hostileText),
  pid: uint32,
  address: pipe,
  version: uint32,
})

export const imageRecord: fc.Arbitrary<ImageRecord> = fc.record({
  name: fc.oneof(fc.constant('registry.example/app:1'), hostileText),
  digest: fc.oneof(fc.constant(`sha256:${'1'.repeat(64)}`), hostileText),
  mediaType: fc.constantFrom(
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.oci.image.index.v1+json',
    '',
  ),
  size: int64,
  labels,
})

export const pluginRecord: fc.Arbitrary<PluginRecord> = fc.record({
  type: fc.constantFrom('io.containerd.grpc.v1', 'io.containerd.cri.v1', 'io.containerd.service.v1'),
  id: fc.constantFrom('cri', 'runtime', 'images', 'tasks-service'),
  error: fc.option(hostileText),
})

export const fileKind: fc.Arbitrary<FileKind> = fc.constantFrom(
  'file',
  'directory',
  'symlink',
  'fifo',
  'socket',
  'device',
)
export const base: fc.Arbitrary<Base> = fc.constantFrom(...BASES)
/** A name in a folder can be anything but a path. */
export const directoryEntry: fc.Arbitrary<Entry> = fc.record({
  name: fc.oneof(
    { weight: 2, arbitrary: id },
    hostileId.filter((name) => name !== '' && !/[/\0]|^\.\.?$/.test(name)),
  ),
  kind: fileKind,
})
export const netnsStatus: fc.Arbitrary<NetnsStatus> = fc.constantFrom('open', 'missing', 'stale')
