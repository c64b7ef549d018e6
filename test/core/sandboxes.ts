import { left, right } from 'fp-ts/lib/Either.js'
import { rightOf } from '../../adapters/fast-check/either.js'
import { sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, LOOKS } from '../../adapters/fast-check/seen.js'
import { type MetadataProblem, type SandboxMetadata, sandboxMetadataOf } from '../../core/metadata.js'
import type { SandboxSeen, StoredSandboxSeen } from '../../core/observation.js'

/** Sandboxes as they are seen; metadata that cannot be read is given as its problem. */

type Metadata = { readonly metadata?: Partial<SandboxMetadata> | MetadataProblem }

const HOST = { path: '', status: 'host', unclear: null } as const

const own = (id: string): SandboxMetadata => rightOf(sandboxMetadataOf(sandboxRecord(id).extensions))
const metadataOf = (id: string, { metadata = {} }: Metadata): SandboxSeen['metadata'] =>
  'why' in metadata ? left(metadata) : right({ ...own(id), ...metadata })

export const sandboxSeen = (
  id: string,
  more: Partial<Omit<SandboxSeen, 'metadata'>> & Metadata = {},
): SandboxSeen => ({
  record: sandboxRecord(id),
  spare: null,
  resources: null,
  look: LOOKS.RUNNING,
  netns: HOST,
  ...more,
  metadata: metadataOf(id, more),
})

export const storedSeen = (
  id: string,
  more: Partial<Omit<StoredSandboxSeen, 'metadata'>> & Metadata = {},
): StoredSandboxSeen => ({
  stored: { id, sandboxer: 'shim', createdAt: CREATED_AT, extensions: new Map() },
  seen: 'READY',
  pid: 9,
  detail: '',
  netns: HOST,
  ...more,
  metadata: metadataOf(id, more),
})
