import type { LogPart, LogStream } from '../../core/log-format.js'
import type { LogPlace } from '../../ports/io.js'
import type { Clock } from '../../ports/time.js'
import { Trouble } from './errors.js'
import { letGo, type OpenLog, openMended, writeParts } from './open-log.js'
import { rotation } from './rotation.js'
import { spellOf } from './spell.js'

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
  /** The last of a stream. Never fails. */
  readonly end: (stream: LogStream, parts: readonly LogPart[]) => Promise<void>
  /**
   * Goes on in a new file at the same path; fails with the old one kept. A line whose first parts are in the old file
   * is ended there, unless it takes more than a second, or until the next time.
   */
  readonly reopen: () => Promise<void>
  /** Syncs and closes. Never fails. */
  readonly close: () => Promise<void>
}

const contentOf = (parts: readonly LogPart[]): bigint =>
  BigInt(parts.reduce((sum, { content }) => sum + content.length, 0))

/** Opens a log, or begins it. */
export const openLogFile = async (place: LogPlace, { clock, counts, warn }: LogOptions): Promise<LogFile> => {
  let open = await openMended(place, warn)
  /** What was the log before, until the lines in it are ended */
  let old: OpenLog | null = null
  let closed = false
  const lines = rotation()
  const spell = spellOf(warn)
  // One thing at a time, in order: lines of two streams do not interleave, and a file is not closed under a write.
  let last: Promise<unknown> = Promise.resolve()
  const next = <A>(work: () => Promise<A>): Promise<A> => {
    const run = last.then(work)
    last = run.catch(() => undefined)
    return run
  }

  const writeTo = async (
    log: OpenLog,
    stream: LogStream,
    parts: readonly LogPart[],
    now: bigint,
  ): Promise<void> => {
    if (parts.length === 0) return
    const written = await writeParts(log, stream, parts, now)
    const content = contentOf(written.parts)
    counts.lines += BigInt(written.parts.length)
    counts.bytes += content
    if (written.error === null) return spell.ended()
    const lost = contentOf(parts) - content
    counts.writeErrors += 1n
    counts.lostBytes += lost
    spell.failed(written.error, lost)
  }
  const letGoOfOld = async (): Promise<void> => {
    if (old !== null) await letGo(old, warn)
    old = null
  }
  const appendNow = async (stream: LogStream, parts: readonly LogPart[]): Promise<void> => {
    const now = clock.now()
    const shares = lines.share(stream, parts, now)
    await writeTo(old ?? open, stream, shares.old, now)
    await writeTo(open, stream, shares.fresh, now)
    if (!lines.needsOld()) await letGoOfOld()
  }

  return {
    append: async (stream, parts) => {
      if (parts.length > 0) await next(() => appendNow(stream, parts))
    },
    end: (stream, parts) =>
      next(async () => {
        await appendNow(stream, parts)
        lines.ended(stream)
        if (!lines.needsOld()) await letGoOfOld()
      }),
    reopen: () =>
      next(async () => {
        if (closed) throw new Trouble('NotFound', 'its log is closed already')
        const fresh = await openMended(place, warn)
        await letGoOfOld()
        old = open
        open = fresh
        lines.turn(clock.now())
        if (!lines.needsOld()) await letGoOfOld()
      }),
    close: () =>
      next(async () => {
        closed = true
        spell.over()
        await letGoOfOld()
        await letGo(open, warn)
      }),
  }
}
