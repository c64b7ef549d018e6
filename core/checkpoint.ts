import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { dictionary, foldKey, int32, int64, list, pointer, struct, text, uint32, uint64 } from './go.js'
import { type Json, type JsonObject, parseJson, printJson } from './json.js'
import type { CheckpointFile } from './records.js'
import type { Status } from './status.js'

/**
 * The checkpoint file: one JSON object in Go's encoding (reference: versionedStatus). Fields come and go between
 * versions of containerd, so the whole document is kept beside the status and written back with it (L15).
 */
export interface Checkpoint {
  readonly status: Status
  readonly document: JsonObject
}

/** Why a checkpoint cannot be used. `version`: written by a containerd that knows more than this program. */
export interface Unreadable {
  readonly why: 'missing' | 'not-json' | 'shape' | 'version' | 'too-large' | 'not-a-file' | 'denied'
  readonly detail: string
}

export const CHECKPOINT_VERSION = 'v1'

// Only the types matter: a wrong one fails the whole file, as it does in Go (ContainerResources of the CRI).
const linuxResources = struct({
  cpu_period: int64,
  cpu_quota: int64,
  cpu_shares: int64,
  memory_limit_in_bytes: int64,
  oom_score_adj: int64,
  cpuset_cpus: text,
  cpuset_mems: text,
  hugepage_limits: list(pointer(struct({ page_size: text, limit: uint64 }))),
  unified: dictionary(text),
  memory_swap_limit_in_bytes: int64,
})
const windowsResources = struct({
  cpu_shares: int64,
  cpu_count: int64,
  cpu_maximum: int64,
  memory_limit_in_bytes: int64,
  rootfs_size_in_bytes: int64,
  affinity_cpus: list(pointer(struct({ cpu_mask: uint64, cpu_group: uint32 }))),
})

const versionedStatus = struct({
  Version: text,
  Pid: uint32,
  CreatedAt: int64,
  StartedAt: int64,
  FinishedAt: int64,
  ExitCode: int32,
  Reason: text,
  Message: text,
  Resources: pointer(struct({ linux: pointer(linuxResources), windows: pointer(windowsResources) })),
})

/**
 * Reads a checkpoint as containerd would, keeping what it would drop.
 *
 * @example
 * decodeCheckpoint('{"Version":"v1","Pid":7,"CreatedAt":1}') // right: pid 7, createdAt 1n
 */
export const decodeCheckpoint = (content: string): Either<Unreadable, Checkpoint> => {
  const json = parseJson(content)
  if (isLeft(json)) return left({ why: 'not-json', detail: json.left })
  const read = versionedStatus.read(json.right, versionedStatus.zero, 'status')
  if (isLeft(read)) return left({ why: 'shape', detail: read.left })
  const { Version, Pid, CreatedAt, StartedAt, FinishedAt, ExitCode, Reason, Message } = read.right
  if (Version !== CHECKPOINT_VERSION || json.right.kind !== 'object')
    return left({ why: 'version', detail: `version ${JSON.stringify(Version)}, only v1 is known` })
  return right({
    document: json.right,
    status: {
      pid: Pid,
      createdAt: CreatedAt,
      startedAt: StartedAt,
      finishedAt: FinishedAt,
      exitCode: ExitCode,
      reason: Reason,
      message: Message,
      unknown: false,
    },
  })
}

/** What stands at a checkpoint's place, read. */
export const readCheckpoint = (file: CheckpointFile): Either<Unreadable, Checkpoint> => {
  switch (file.kind) {
    case 'text':
      return decodeCheckpoint(file.text)
    case 'missing':
      return left({ why: 'missing', detail: file.directory ? 'no such file' : 'no such directory' })
    case 'too-large':
      return left({ why: 'too-large', detail: `${file.bytes} bytes` })
    case 'not-a-file':
      return left({ why: 'not-a-file', detail: `a ${file.what}` })
    case 'unreadable':
      return left({ why: 'denied', detail: file.why })
  }
}

const number = (value: bigint | number): Json => ({ kind: 'number', text: String(value) })
const string = (value: string): Json => ({ kind: 'string', value })

const fieldsOf = (status: Status): readonly (readonly [string, Json])[] => [
  ['Version', string(CHECKPOINT_VERSION)],
  ['Pid', number(status.pid)],
  ['CreatedAt', number(status.createdAt)],
  ['StartedAt', number(status.startedAt)],
  ['FinishedAt', number(status.finishedAt)],
  ['ExitCode', number(status.exitCode)],
  ['Reason', string(status.reason)],
  ['Message', string(status.message)],
]

const KNOWN: ReadonlySet<string> = new Set([
  'version',
  'pid',
  'createdat',
  'startedat',
  'finishedat',
  'exitcode',
  'reason',
  'message',
])

/**
 * Writes a status over the document it came from: our fields first, all that is not ours as it was.
 * Without a document, `Resources` is null, as containerd writes it for a status that it had to make up.
 */
export const encodeCheckpoint = (status: Status, document: JsonObject | null): string => {
  const rest: readonly (readonly [string, Json])[] =
    document === null
      ? [['Resources', { kind: 'null' }]]
      : document.entries.filter(([key]) => !KNOWN.has(foldKey(key)))
  return printJson({ kind: 'object', entries: [...fieldsOf(status), ...rest] })
}
