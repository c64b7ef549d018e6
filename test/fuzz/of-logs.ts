import { mkdtempSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mendTail } from '../../adapters/io/log-tail.js'
import { encodeLines, framing, type LogPart, timeOfLine } from '../../core/log-format.js'
import { holds, type Target } from './target.js'

/** What containers write, on its way into a log, and the ends of logs that were written before. */

/** Bytes of content in a line, by the input’s first byte; 0 is none but what memory bears. */
const LIMITS = [0, 1, 2, 3, 7, 16, 100, 4096] as const

/** All lines of a stream that comes in pieces, each of which is gone when the next one comes. */
const linesOf = (pieces: readonly Uint8Array[], limit: number): readonly LogPart[] => {
  const { take, end } = framing(limit)
  const kept = (parts: readonly LogPart[]): readonly LogPart[] =>
    parts.map(({ content, partial }) => ({ content: Uint8Array.from(content), partial }))
  const buffer = new Uint8Array(Math.max(0, ...pieces.map(({ length }) => length)))
  const parts = pieces.map((piece) => {
    buffer.set(piece)
    return kept(take(buffer.subarray(0, piece.length)))
  })
  return [...parts.flat(), ...kept(end())]
}

/** Cut at lengths that the bytes themselves tell. */
export const pieces = (bytes: Uint8Array): readonly Uint8Array[] => {
  const all: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + ((bytes[at] ?? 0) % 23)
    all.push(bytes.subarray(at, at + length))
    at += length
  }
  return all
}

const TIME = '2026-01-02T03:04:05.000000006Z'
const TIME_NS = 1_767_323_045_000_000_006n

const stream = (limit: number, bytes: Uint8Array): void => {
  const parts = linesOf([bytes], limit)
  const written = encodeLines(parts, 'stderr', TIME)
  const cut = encodeLines(linesOf(pieces(bytes), limit), 'stderr', TIME)
  holds(Buffer.compare(cut, written) === 0, 'cut otherwise, it has other lines')
  holds(
    parts.every(({ content }) => limit === 0 || content.length <= limit),
    'a line longer than the limit',
  )
  // Joined again it is what was written, but for a `\r` before a newline.
  const joined = Buffer.concat(
    parts.flatMap(({ content, partial }) => (partial ? [content] : [content, Buffer.from('\n')])),
  ).toString('latin1')
  const expected = Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n')
  holds(joined === expected, 'not the bytes that the container wrote')
  const header = `${TIME} stderr F `.length
  const size = parts.reduce((sum, { content }) => sum + header + content.length + 1, 0)
  holds(written.length === size, 'a log of another size')
  if (parts.length > 0)
    holds(timeOfLine(Buffer.from(written).toString('latin1')) === TIME_NS, 'a line of another time')
}

let folder: string | null = null
let file: FileHandle | null = null

const tail = async (bytes: Uint8Array): Promise<void> => {
  folder ??= mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  // As logs are opened: what is written goes to the end.
  file ??= await open(join(folder, 'log'), 'a+')
  await file.truncate(0)
  await file.write(bytes)
  const first = await mendTail(file)
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(size), 0, size, 0)
  holds(size === 0 || buffer[size - 1] === 0x0a, 'its last line has no end')
  const kept = Math.min(size, bytes.length)
  holds(
    Buffer.compare(buffer.subarray(0, kept), bytes.subarray(0, kept)) === 0,
    'what stood there was changed',
  )
  holds(size <= bytes.length + 1, 'more was added than a newline')
  const second = await mendTail(file)
  holds(second.mended === null, 'mended twice')
  holds(first.time === null || second.time === first.time, 'mended, it tells another time')
}

export const OF_LOGS: readonly Target[] = [
  {
    name: 'log-stream',
    decodes: 'what a container writes, into lines of the CRI’s log',
    tokens: ['\n', '\r', '\r\n', '\r\r\n', '\n\n', 'a'.repeat(23), '\x00', '\xff'],
    run: (bytes) => stream(LIMITS[(bytes[0] ?? 0) % LIMITS.length] ?? 0, bytes.subarray(1)),
  },
  {
    name: 'log-tail',
    decodes: 'the end of a log that was written before',
    tokens: [
      '\n',
      '2026-01-02T03:04:05.000000006Z',
      ' stdout F ',
      ' stderr P ',
      '+05:30',
      '0000-00-00T99:99:99Z',
      '.5',
    ],
    run: tail,
    close: async () => {
      await file?.close()
      file = null
      if (folder !== null) rmSync(folder, { recursive: true })
      folder = null
    },
  },
]
