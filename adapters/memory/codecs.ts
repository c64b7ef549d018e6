import * as t from 'io-ts'
import type { Extension } from '../../core/records.js'
import { FAULT_CALLS } from './calls.js'
import {
  boolean,
  closed,
  decimal,
  defaulted,
  form,
  integer,
  list,
  listOf,
  mapOf,
  nullable,
  oneOf,
  string,
} from './codec.js'
import { parsePlain, printPlain } from './plain.js'
import { DEFAULT_CONTAINERD, DEFAULT_ROOT, DEFAULT_STATE, type World } from './world.js'

const time = decimal('ns since 1970 as a decimal string', /^-?(?:0|[1-9][0-9]{0,18})$/)
const size = decimal('a number of bytes as a decimal string', /^(?:0|[1-9][0-9]{0,18})$/)
const uint32 = integer('an integer from 0 to 4294967295', 0, 4294967295)
const count = integer('an integer from 1 to 1000000000', 1, 1000000000)
/** No file system takes more; and each of the folders above a file is looked for by its whole path. */
const LONGEST_PATH = 4096
const path = form(
  `names joined by /, none of them . or .., of at most ${LONGEST_PATH} characters`,
  /^(?!\.{1,2}(?:\/|$))[^/]+(?:\/(?!\.{1,2}(?:\/|$))[^/]+)*$/,
  LONGEST_PATH,
)
const word = defaulted(string, '')
const labels = defaulted(mapOf(string), new Map<string, string>(), (a) => a.size === 0)

/** Text, or a JSON object that stands for its own text: int64 are kept digit by digit, and people can read it. */
const text = new t.Type<string, unknown>(
  'a string or an object',
  t.string.is,
  (u, c) => {
    if (t.string.is(u)) return t.success(u)
    const printed = t.UnknownRecord.is(u) ? printPlain(u) : null
    return printed === null ? t.failure(u, c) : t.success(printed)
  },
  (a) => {
    const plain = a.startsWith('{') ? parsePlain(a) : null
    const kept = plain?._tag === 'Right' && JSON.stringify(plain.right, noBigint) === a
    return kept ? plain.right : a
  },
)

/** JSON.stringify would throw at a bigint; such text stays text. */
const noBigint = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? null : value)

const SANDBOX = 'github.com/containerd/cri/pkg/store/sandbox/Metadata'
const USUAL_TYPES: ReadonlyMap<string, string> = new Map([
  ['io.cri-containerd.container.metadata', 'github.com/containerd/cri/pkg/store/container/Metadata'],
  ['io.cri-containerd.sandbox.metadata', SANDBOX],
  ['metadata', SANDBOX],
])
const usualType = (name: string): string => USUAL_TYPES.get(name) ?? ''

const rawExtensions = mapOf(closed({ typeUrl: defaulted(nullable(string), null), value: text }))

/** The type's name may be left out where the extension's name tells it. */
const extensions = defaulted(
  new t.Type<ReadonlyMap<string, Extension>, unknown>(
    'an object',
    (u): u is ReadonlyMap<string, Extension> => u instanceof Map,
    (u, c) => {
      const raw = rawExtensions.validate(u, c)
      if (raw._tag === 'Left') return raw
      return t.success(
        new Map([...raw.right].map(([name, e]) => [name, { ...e, typeUrl: e.typeUrl ?? usualType(name) }])),
      )
    },
    (a) =>
      rawExtensions.encode(
        new Map(
          [...a].map(([name, e]) => [
            name,
            { ...e, typeUrl: e.typeUrl === usualType(name) ? null : e.typeUrl },
          ]),
        ),
      ),
  ),
  new Map<string, Extension>(),
  (a) => a.size === 0,
)

const container = closed({
  id: string,
  createdAt: defaulted(time, 0n),
  labels,
  image: word,
  runtime: defaulted(string, 'io.containerd.runc.v2'),
  snapshotter: defaulted(string, 'overlayfs'),
  snapshotKey: word,
  extensions,
})

const base64 = form('base64', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)

const detail = closed({
  id: string,
  spec: defaulted(text, ''),
  options: defaulted(nullable(closed({ typeUrl: string, value: base64 })), null),
})

const task = closed({
  id: string,
  status: oneOf(['unknown', 'created', 'running', 'stopped', 'paused', 'pausing', 'other']),
  pid: defaulted(uint32, 0),
  exitStatus: defaulted(uint32, 0),
  exitedAt: defaulted(nullable(time), null),
  terminal: defaulted(boolean, false),
  stdin: word,
  stdout: word,
  stderr: word,
})

const controller = closed({
  state: string,
  pid: defaulted(uint32, 0),
  address: word,
  version: defaulted(uint32, 0),
})

const sandbox = closed({
  id: string,
  sandboxer: defaulted(string, 'podsandbox'),
  createdAt: defaulted(time, 0n),
  extensions,
  controller: defaulted(nullable(controller), null),
})

const FILE_KINDS = ['file', 'directory', 'symlink', 'fifo', 'socket', 'device'] as const
const place = { in: oneOf(['root', 'state']), path }

const file = closed({
  ...place,
  kind: defaulted(oneOf(FILE_KINDS), 'file'),
  text: defaulted(nullable(text), null),
  base64: defaulted(nullable(base64), null),
  bytes: defaulted(nullable(size), null),
  unreadable: defaulted(nullable(string), null),
})

const ANSWERS = [
  'NotFound',
  'AlreadyExists',
  'TimedOut',
  'Unavailable',
  'Denied',
  'Malformed',
  'Exhausted',
  'hang',
] as const

const fault = closed({
  call: oneOf(FAULT_CALLS),
  id: defaulted(nullable(string), null),
  answer: oneOf(ANSWERS),
  said: defaulted(string, 'a fault of the simulation'),
  unreached: defaulted(nullable(oneOf(['no-socket', 'refused', 'broken'])), null),
  when: defaulted(oneOf(['before', 'after']), 'before'),
  from: defaulted(count, 1),
  times: defaulted(nullable(count), null),
})

/** The form of a world file, version 1. What no form can say (no id twice) is checked after it. */
export const worldCodec: t.Type<World, unknown> = closed({
  version: t.literal(1, '1'),
  about: word,
  now: time,
  containerd: defaulted(nullable(string), DEFAULT_CONTAINERD),
  root: defaulted(string, DEFAULT_ROOT),
  state: defaulted(string, DEFAULT_STATE),
  plugins: list(closed({ type: string, id: string, error: defaulted(nullable(string), null) })),
  containers: list(container),
  details: list(detail),
  tasks: list(task),
  sandboxStore: defaulted(nullable(listOf(sandbox)), [], (a) => a?.length === 0),
  images: list(closed({ name: string, digest: string, mediaType: word, size: defaulted(size, 0n), labels })),
  content: list(
    closed({ digest: string, size: defaulted(nullable(size), null), text: defaulted(nullable(text), null) }),
  ),
  unpacked: list(closed({ snapshotter: defaulted(string, 'overlayfs'), diffIds: listOf(string) })),
  files: list(file),
  mounts: list(closed(place)),
  netns: list(closed({ path: string, status: oneOf(['open', 'missing', 'stale']) })),
  oomKills: list(closed({ id: string, count: uint32 })),
  lock: defaulted(nullable(string), null),
  faults: list(fault),
})
