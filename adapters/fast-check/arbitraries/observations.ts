import fc from 'fast-check'
import { readCheckpoint } from '../../../core/checkpoint.js'
import type { ImageContent } from '../../../core/images.js'
import {
  containerMetadataOf,
  type MetadataProblem,
  STORED_SANDBOX_METADATA,
  sandboxMetadataOf,
  storedMetadataOf,
} from '../../../core/metadata.js'
import type {
  BaseSeen,
  ContainerSeen,
  ImageSeen,
  Netns,
  NodeSeen,
  SandboxSeen,
  StoredSandboxSeen,
} from '../../../core/observation.js'
import { STORED_SEEN } from '../../../core/sandbox.js'
import type { TaskLook } from '../../../core/seen.js'
import { checkpointFile } from './checkpoints.js'
import { sandboxMetadata } from './metadata.js'
import { hostileText, id } from './names.js'
import {
  anyContainerRecord,
  anySandboxRecord,
  anyTaskReply,
  base,
  directoryEntry,
  imageRecord,
  netnsStatus,
  storedSandbox,
} from './records.js'
import { int64, text, uint32 } from './values.js'

/** Everything that can be seen of a node before anything is decided, in every combination. */

export const metadataProblem: fc.Arbitrary<MetadataProblem> = fc.record({
  why: fc.constantFrom('missing', 'type', 'not-json', 'shape', 'version'),
  detail: hostileText,
})

export const taskLook: fc.Arbitrary<TaskLook> = fc.oneof(
  { weight: 4, arbitrary: anyTaskReply.map((task): TaskLook => ({ kind: 'found', task })) },
  fc.constant<TaskLook>({ kind: 'missing' }),
  hostileText.map((why): TaskLook => ({ kind: 'unreachable', why })),
)

export const containerSeen: fc.Arbitrary<ContainerSeen> = fc
  .record({
    record: anyContainerRecord,
    look: taskLook,
    pipes: fc.option(hostileText, { freq: 2 }),
    file: checkpointFile,
    oomKilled: fc.boolean(),
    aliveAt: int64,
  })
  .map((seen) => ({
    ...seen,
    metadata: containerMetadataOf(seen.record.extensions),
    checkpoint: readCheckpoint(seen.file),
  }))

export const netns: fc.Arbitrary<Netns> = fc.record({
  path: text,
  status: fc.oneof(netnsStatus, fc.constant('host' as const)),
  unclear: fc.option(hostileText),
})

export const sandboxSeen: fc.Arbitrary<SandboxSeen> = fc
  .record({
    record: anySandboxRecord,
    spare: fc.option(sandboxMetadata),
    look: taskLook,
    netns,
    resources: fc.option(metadataProblem, { freq: 1 }),
  })
  .map((seen) => ({ ...seen, metadata: sandboxMetadataOf(seen.record.extensions) }))

export const storedSandboxSeen: fc.Arbitrary<StoredSandboxSeen> = fc
  .record({
    stored: storedSandbox,
    seen: fc.constantFrom(...STORED_SEEN),
    pid: uint32,
    detail: hostileText,
    netns,
  })
  .map((seen) => ({
    ...seen,
    seen: seen.stored.extensions.has(STORED_SANDBOX_METADATA) ? seen.seen : ('NO_METADATA' as const),
    metadata: storedMetadataOf(seen.stored.extensions),
  }))

const digest = fc.constantFrom(`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`)

export const imageContent: fc.Arbitrary<ImageContent> = fc.oneof(
  fc
    .record({ id: digest, diffIds: fc.array(digest, { maxLength: 2 }), size: int64, user: text })
    .map((found): ImageContent => ({ status: 'complete', ...found })),
  fc
    .record({ id: fc.option(digest), missing: fc.array(digest, { minLength: 1, maxLength: 2 }) })
    .map((found): ImageContent => ({ status: 'incomplete', ...found })),
  hostileText.map((why): ImageContent => ({ status: 'missing', id: null, why })),
)

export const imageSeen: fc.Arbitrary<ImageSeen> = fc.record({
  record: imageRecord,
  content: imageContent,
  unpacked: fc.boolean(),
})

export const baseSeen: fc.Arbitrary<BaseSeen> = base.chain((which) =>
  fc.record({
    base: fc.constant(which),
    path: fc.constant(`/${which.of}/${which.kind}`),
    entries: fc.oneof(fc.array(directoryEntry, { maxLength: 4 }), fc.constant(null), hostileText),
  }),
)

/** A whole node as it can be seen, though no node need ever be like it. */
export const nodeSeen: fc.Arbitrary<NodeSeen> = fc.record({
  now: int64,
  version: fc.option(fc.oneof(fc.constantFrom('2.1.9', '1.7.24', '1.6.20~ds1', 'v2.0.0'), hostileText)),
  containers: fc.array(containerSeen, { maxLength: 4 }),
  sandboxes: fc.array(sandboxSeen, { maxLength: 3 }),
  stored: fc.array(storedSandboxSeen, { maxLength: 2 }),
  images: fc.oneof(fc.array(imageSeen, { maxLength: 2 }), hostileText),
  bases: fc.uniqueArray(baseSeen, { selector: ({ path }) => path, maxLength: 4 }),
  tasks: fc.array(id, { maxLength: 4 }),
})
