import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Either, isLeft } from 'fp-ts/lib/Either.js'
import { cgroupPath } from '../../adapters/filesystem/cgroups.js'
import { bundles, filesystem, oomKills } from '../../adapters/filesystem/index.js'
import { readText } from '../../adapters/filesystem/named.js'
import { parseWorld } from '../../adapters/memory/index.js'
import { payloadOf } from '../../adapters/ttrpc/call.js'
import { frameDecoder, MAX_DATA } from '../../adapters/ttrpc/frames.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import { readTarget } from '../../core/images.js'
import { framing } from '../../core/log-format.js'
import { CONTAINER_METADATA, CONTAINER_METADATA_TYPE, containerMetadataOf } from '../../core/metadata.js'

/**
 * Inputs too large for chance to come upon, each with the answer that it gets and the memory that the whole process
 * may take for it, its code and the input itself included.
 */
export interface Giant {
  readonly name: string
  /** The answer begins so */
  readonly answer: string
  /** MiB */
  readonly memory: number
  readonly of: () => string | Promise<string>
}

const MIB = 1024 * 1024
/** Node and all of our code, before anything is read. */
const BARE = 128

const shown = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)) ?? '')
const told = (answer: Either<unknown, unknown>, right = 'right'): string =>
  isLeft(answer) ? `left ${shown(answer.left)}` : right

/** So much text, made of a piece. */
const text = (mib: number, piece: string): string => piece.repeat(Math.floor((mib * MIB) / piece.length))

const metadata = (config: string): string =>
  told(
    containerMetadataOf(
      new Map([
        [
          CONTAINER_METADATA,
          { typeUrl: CONTAINER_METADATA_TYPE, value: `{"Version":"v1","Metadata":{"Config":{${config}}}}` },
        ],
      ]),
    ),
  )

const world = (lists: string): string => told(parseWorld(`{"version":1,"now":"1",${lists}}`))

/** A file with nothing in it but its length. */
const sparse = async (
  names: readonly string[],
  use: (folder: string) => Promise<string>,
): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  try {
    const path = join(folder, ...names)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '')
    truncateSync(path, 1024 * MIB)
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const BUNDLE = ['io.containerd.runtime.v2.task', 'k8s.io', 'web'] as const

/** A stream in chunks of a pipe’s size; how many parts it has, and how long the longest one is. */
const log = (mib: number, piece: string, limit: number): string => {
  const { take, end } = framing(limit)
  const chunk = Buffer.from(text(1 / 16, piece))
  let parts = 0
  let longest = 0
  const count = (all: ReturnType<typeof take>): void => {
    parts += all.length
    for (const { content } of all) longest = Math.max(longest, content.length)
  }
  for (let n = 0; n < mib * 16; n += 1) count(take(chunk))
  count(end())
  return `${parts} parts of at most ${longest} bytes`
}

const frames = (first: Uint8Array, chunks: number, chunk: Uint8Array): string => {
  const { push } = frameDecoder()
  let { frames: all, error } = push(first)
  let count = all.length
  for (let n = 0; n < chunks && error === null; n += 1) {
    ;({ frames: all, error } = push(chunk))
    count += all.length
  }
  return error ?? `${count} frames`
}
const header = (length: number): Buffer => {
  const bytes = Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 2, 0])
  bytes.writeUInt32BE(length)
  return bytes
}

export const GIANTS: readonly Giant[] = [
  {
    name: 'a checkpoint of 64 MiB of brackets',
    answer: 'left {"why":"not-json","detail":"nested deeper than 256',
    memory: BARE + 64,
    of: () => told(decodeCheckpoint(text(64, '['))),
  },
  {
    name: 'a checkpoint with a reason of 64 MiB of escapes',
    answer: 'right',
    memory: BARE + 4 * 64,
    of: () => told(decodeCheckpoint(`{"Version":"v1","Reason":"${text(64, '\\u0041')}"}`)),
  },
  {
    name: 'a checkpoint with a pid of 64 MiB of digits',
    answer: 'left {"why":"shape"',
    memory: BARE + 2 * 64,
    of: () => told(decodeCheckpoint(`{"Version":"v1","Pid":${text(64, '9')}}`)),
  },
  {
    name: 'metadata of 64 MiB of values',
    answer: 'left {"why":"not-json","detail":"more than 2000000 values',
    memory: BARE + 64 + 256,
    of: () => metadata(`"args":[${text(64, '0,')}0]`),
  },
  {
    name: 'metadata of 64 MiB of labels, all under keys of their own',
    answer: 'left {"why":"not-json","detail":"more than 2000000 values',
    memory: BARE + 64 + 512,
    of: () => metadata(text(64, '"labels":{"a":"b"},')),
  },
  {
    name: 'metadata of 4 MiB in which labels stand 150 000 times',
    answer: 'right',
    memory: BARE + 4 + 192,
    of: () => metadata(`${text(4, '"labels":{"a":"b","c":"d"},')}"tty":true`),
  },
  {
    name: 'an image document of 4 MiB of brackets',
    answer: 'left not JSON',
    memory: BARE + 256,
    of: () => told(readTarget(text(4, '['), { os: 'linux', architecture: 'amd64' })),
  },
  {
    name: 'a world of 64 MiB of containers that are none',
    answer: 'left the document is longer',
    memory: BARE + 64,
    of: () => world(`"containers":[${text(64, '0,')}0]`),
  },
  {
    name: 'a world of two million containers that are none',
    answer: 'left containers[0]: expected an object, got 0',
    memory: BARE + 384,
    of: () => world(`"containers":[${'0,'.repeat(1_999_990)}0]`),
  },
  {
    name: 'a world with a path of 32 MiB of folders',
    answer: 'left files[0].path: expected names joined by /',
    memory: BARE + 4 * 32,
    of: () => world(`"files":[{"in":"root","path":"${text(32, 'a/')}a"}]`),
  },
  {
    name: 'a cgroup’s path of 64 MiB of slices',
    answer: 'null',
    memory: BARE + 2 * 64,
    of: () => shown(cgroupPath(`${text(64, 'a-')}.slice:b:c`)),
  },
  {
    name: 'a log of 100 MiB in one line, limited',
    answer: '6400 parts of at most 16384 bytes',
    memory: BARE + 32,
    of: () => log(100, 'a', 16_384),
  },
  {
    name: 'a log of 100 MiB in one line, not limited',
    answer: '7 parts of at most 16777216 bytes',
    memory: BARE + 5 * 16,
    of: () => log(100, 'a', 0),
  },
  {
    name: 'a log of 4 MiB of empty lines',
    answer: '4194304 parts of at most 0 bytes',
    memory: BARE + 128,
    of: () => log(4, '\n', 16_384),
  },
  {
    name: 'a frame that claims to be 4 GiB long',
    answer: 'a message of 4294967295 bytes, where 4194304 are allowed',
    memory: BARE,
    of: () => frames(header(0xffffffff), 1024, Buffer.alloc(65_536)),
  },
  {
    name: 'a thousand frames that claim to be 4 MiB long, with nothing in them',
    answer: '1000 times 0 frames',
    memory: BARE + 32,
    of: () => {
      const all = Array.from({ length: 1000 }, () => frameDecoder())
      return `${all.length} times ${all.flatMap(({ push }) => push(header(MAX_DATA)).frames).length} frames`
    },
  },
  {
    name: '16 MiB of empty frames',
    answer: '1673821 frames',
    memory: BARE + 128,
    of: () => frames(header(0), 255, Buffer.alloc(65_640, header(0))),
  },
  {
    name: 'a reply of 4 MiB of empty details',
    answer: 'right',
    memory: BARE + 64,
    of: () => {
      const status = Buffer.alloc(MAX_DATA - 10, Buffer.from([0x1a, 0]))
      return told(payloadOf(Buffer.concat([Buffer.from([0x0a, 0xf6, 0xff, 0xff, 0x01]), status])))
    },
  },
  {
    name: 'a status file of 1 GiB',
    answer: '{"kind":"too-large"',
    memory: BARE,
    of: () =>
      sparse(['containers', 'web', 'status'], async (root) => {
        const file = await filesystem({ root, state: root }).checkpoints.read('web')()
        return isLeft(file) ? told(file) : shown(file.right)
      }),
  },
  {
    name: 'a shim’s address of 1 GiB',
    answer: '[{"id":"web","address":"bootstrap.json: it is larger than 65536 bytes"}]',
    memory: BARE,
    of: () =>
      sparse([...BUNDLE, 'bootstrap.json'], async (state) => {
        const all = await bundles({ state, namespace: 'k8s.io' })()()
        return isLeft(all) ? told(all) : shown(all.right)
      }),
  },
  {
    name: 'a bundle’s spec of 1 GiB',
    answer: 'left {"tag":"Exhausted"',
    memory: BARE,
    of: () =>
      sparse([...BUNDLE, 'config.json'], async (state) =>
        told(await oomKills({ state, namespace: 'k8s.io' })('web')()),
      ),
  },
  {
    name: 'a world file of 1 GiB',
    answer: 'left it is larger than 67108864 bytes',
    memory: BARE + 2 * 64,
    of: () =>
      sparse(['world.json'], async (folder) => told(await readText(join(folder, 'world.json'), 64 * MIB))),
  },
]

/** Runs one of them in this process, and tells what came of it. */
export const giantOf = async (name: string): Promise<number> => {
  const giant = GIANTS.find((each) => each.name === name)
  if (giant === undefined) throw new Error(`no giant ${name}`)
  const answer = await giant.of()
  // What it took at most, as the kernel counted it.
  const memory = Math.round(process.resourceUsage().maxRSS / 1024)
  const well = answer.startsWith(giant.answer) && memory <= giant.memory
  process.stdout.write(`${memory} MiB of ${giant.memory}: ${answer.slice(0, 120)}\n`)
  return well ? 0 : 1
}
