import type { FileHandle } from 'node:fs/promises'
import { encodeLines, type LogPart, type LogStream } from '../../core/log-format.js'
import { rfc3339 } from '../../core/time.js'
import type { LogPlace } from '../../ports/io.js'
import type { Clock } from '../../ports/time.js'
import { said } from './errors.js'
import { openLog } from './log-path.js'
import { mendTail } from './log-tail.js'

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
  readonly close: () => Promise<void>
}

/** An open file, as far as it is written. */
interface Open {
  readonly file: FileHandle
  size: number
}

const contentOf = (parts: readonly LogPart[]): bigint =>
  BigInt(parts.reduce((sum, { content }) => sum + content.length, 0))

/** Writes all of it; where that fails midway, takes back what would be a torn line, and tells how much stands. */
const writeAll = async (
  open: Open,
  bytes: Uint8Array,
): Promise<{ readonly stands: number; readonly error: unknown }> => {
  let done = 0
  try {
    while (done < bytes.length) done += (await open.file.write(bytes, done, bytes.length - done)).bytesWritten
    open.size += done
    return { stands: done, error: null }
  } catch (error) {
    const stands = bytes.lastIndexOf(NEWLINE, done - 1) + 1
    if (done > 0)
      await open.file
        .truncate(open.size + stands)
        .catch(() => open.file.appendFile('\n').catch(() => undefined))
    open.size += stands
    return { stands: done === 0 ? 0 : stands, error }
  }
}

const openMended = async (
  place: LogPlace,
  { warn }: LogOptions,
): Promise<Open & { readonly time: string | null }> => {
  const file = await openLog(place)
  try {
    const { time, mended } = await mendTail(file)
    if (mended !== null) warn(mended)
    return { file, size: (await file.stat()).size, time }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Opens a log, or begins it. */
export const openLogFile = async (place: LogPlace, options: LogOptions): Promise<LogFile> => {
  const { clock, counts, warn } = options
  const first = await openMended(place, options)
  let open: Open = first
  let last = first.time ?? ''
  let failing = false
  let lost = 0n
  // One thing at a time, in order: lines of two streams do not interleave, and a file is not closed under a write.
  let tail: Promise<unknown> = Promise.resolve()
  const next = <A>(work: () => Promise<A>): Promise<A> => {
    const run = tail.then(work)
    tail = run.catch(() => undefined)
    return run
  }

  /** Times of one file never go backwards, not even when the clock does. */
  const timeNow = (): string => {
    const now = rfc3339(clock.now())
    last = isEarlier(now, last) ? last : now
    return last
  }
  const tellFailure = (error: unknown, bytes: bigint): void => {
    counts.writeErrors += 1n
    counts.lostBytes += bytes
    lost += bytes
    if (!failing) warn(`its log cannot be written, and what it writes is lost until it can: ${said(error)}`)
    failing = true
  }
  const tellRecovery = (): void => {
    if (failing) warn(`its log is written again; ${lost} bytes of it are lost`)
    failing = false
    lost = 0n
  }

  return {
    append: (stream, parts) =>
      next(async () => {
        if (parts.length === 0) return
        const bytes = encodeLines(parts, stream, timeNow())
        const { stands, error } = await writeAll(open, bytes)
        const written = error === null ? parts : parts.slice(0, linesIn(bytes, stands))
        counts.lines += BigInt(written.length)
        counts.bytes += contentOf(written)
        if (error === null) tellRecovery()
        else tellFailure(error, contentOf(parts) - contentOf(written))
      }),
    reopen: () =>
      next(async () => {
        const fresh = await openMended(place, options)
        const old = open
        open = fresh
        last = fresh.time ?? last
        await old.file.datasync().catch(() => undefined)
        await old.file.close()
      }),
    close: () =>
      next(async () => {
        await open.file
          .datasync()
          .catch((error: unknown) => warn(`its log could not be synced: ${said(error)}`))
        await open.file.close()
      }),
  }
}

const linesIn = (bytes: Uint8Array, length: number): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0 && at < length; at = bytes.indexOf(NEWLINE, at + 1))
    lines += 1
  return lines
}

/** Go's times leave trailing zeros out, so they do not compare as text before they are filled up. */
const filled = (time: string): string => {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}`
}

const isEarlier = (time: string, than: string): boolean => than !== '' && filled(time) < filled(than)
