import type { FileHandle } from 'node:fs/promises'
import { encodeLines, type LogPart, type LogStream } from '../../core/log-format.js'
import { rfc3339 } from '../../core/time.js'
import type { LogPlace } from '../../ports/io.js'
import type { Clock } from '../../ports/time.js'
import { said, Trouble } from './errors.js'
import { openLog } from './log-path.js'
import { mendTail } from './log-tail.js'
import { spellOf } from './spell.js'

const NEWLINE = 0x0a

/** What goes through logs, counted. */
export interface LogCounts {
  bytes: bigint
  lines: bigint
  writeErrors: bigint
  lostBytes: bigint
}

export interface LogOptions {
  readonly clock: Clock
  readonly counts: LogCounts
  /** Told what somebody should know about this log */
  readonly warn: (message: string) => void
}

/** A container's log: both of its streams append to it, a batch of lines at a time. */
export interface LogFile {
  /** Never fails: what cannot be written is counted and said, and the container is not held up for it. */
  readonly append: (stream: LogStream, parts: readonly LogPart[]) => Promise<void>
  /** Goes on in a new file at the same path; fails with the old one kept. */
  readonly reopen: () => Promise<void>
  /** Syncs and closes. Never fails. */
  readonly close: () => Promise<void>
}

/** A file that is written. */
interface Open {
  readonly file: FileHandle
  /** Its last line could neither be finished nor be taken back. */
  torn: boolean
  /** ns since 1970; no later line is earlier */
  time: bigint
}

const contentOf = (parts: readonly LogPart[]): bigint =>
  BigInt(parts.reduce((sum, { content }) => sum + content.length, 0))

const linesIn = (bytes: Uint8Array): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

const openMended = async (place: LogPlace, warn: (message: string) => void): Promise<Open> => {
  const file = await openLog(place)
  try {
    const { time, mended } = await mendTail(file)
    if (mended !== null) warn(mended)
    return { file, torn: false, time: time ?? 0n }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Writes lines; where that fails midway, takes back what would be a torn line, and tells how many bytes stand. */
const write = async (
  open: Open,
  bytes: Uint8Array,
): Promise<{ readonly stands: number; readonly error: unknown }> => {
  let done = 0
  try {
    if (open.torn) await mendTail(open.file)
    open.torn = false
    while (done < bytes.length) {
      const { bytesWritten } = await open.file.write(bytes, done, bytes.length - done)
      if (bytesWritten === 0) throw new Trouble('Exhausted', 'nothing more is taken')
      done += bytesWritten
    }
    return { stands: done, error: null }
  } catch (error) {
    const stands = done === 0 ? 0 : bytes.lastIndexOf(NEWLINE, done - 1) + 1
    if (stands < done) open.torn = !(await takeBack(open.file, done - stands))
    return { stands, error }
  }
}

/** By its size of now: somebody else may have emptied it meanwhile. */
const takeBack = async (file: FileHandle, count: number): Promise<boolean> => {
  try {
    await file.truncate(Math.max(0, (await file.stat()).size - count))
    return true
  } catch {
    return false
  }
}

/** Opens a log, or begins it. */
export const openLogFile = async (place: LogPlace, { clock, counts, warn }: LogOptions): Promise<LogFile> => {
  let open = await openMended(place, warn)
  let closed = false
  const spell = spellOf(warn)
  // One thing at a time, in order: lines of two streams do not interleave, and a file is not closed under a write.
  let last: Promise<unknown> = Promise.resolve()
  const next = <A>(work: () => Promise<A>): Promise<A> => {
    const run = last.then(work)
    last = run.catch(() => undefined)
    return run
  }
  const letGo = async ({ file }: Open): Promise<void> => {
    await file.datasync().catch((error: unknown) => warn(`its log could not be synced: ${said(error)}`))
    await file.close().catch((error: unknown) => warn(`its log could not be closed: ${said(error)}`))
  }

  const appendNow = async (stream: LogStream, parts: readonly LogPart[]): Promise<void> => {
    const now = clock.now()
    if (now > open.time) open.time = now
    const bytes = encodeLines(parts, stream, rfc3339(open.time))
    const { stands, error } = await write(open, bytes)
    const written = error === null ? parts : parts.slice(0, linesIn(bytes.subarray(0, stands)))
    const content = contentOf(written)
    counts.lines += BigInt(written.length)
    counts.bytes += content
    if (error === null) return spell.ended()
    const lost = contentOf(parts) - content
    counts.writeErrors += 1n
    counts.lostBytes += lost
    spell.failed(error, lost)
  }

  return {
    append: async (stream, parts) => {
      if (parts.length > 0) await next(() => appendNow(stream, parts))
    },
    reopen: () =>
      next(async () => {
        if (closed) throw new Trouble('NotFound', 'its log is closed already')
        const fresh = await openMended(place, warn)
        const old = open
        open = fresh
        await letGo(old)
      }),
    close: () =>
      next(async () => {
        closed = true
        spell.over()
        await letGo(open)
      }),
  }
}
