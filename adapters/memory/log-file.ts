import { framing, type LogPart, type LogStream } from '../../core/log-format.js'
import { rfc3339 } from '../../core/time.js'
import { fromUtf8, toUtf8 } from './bytes.js'

/** Bytes of content in a line of a simulated log: what the reference takes where nobody says otherwise. */
export const MAX_LINE = 16 * 1024

/** A line of a log, or a part of one. */
interface Line {
  readonly time: bigint
  readonly stream: LogStream
  readonly partial: boolean
  readonly content: string
}

/** The files of a log, in the order in which they were begun. They outlive whoever writes them. */
export type Log = Line[][]

/** Content and lines that reached logs. */
export interface Counts {
  bytes: bigint
  lines: bigint
}

/** Whoever writes a log. What has no end yet is his, and goes with him. */
export interface LogWriter {
  readonly take: (stream: LogStream, text: string) => void
  /** Nothing more comes: content without a newline is a part. */
  readonly end: () => void
  /** Goes on in a new file; a line whose first parts are in the old one is ended there. */
  readonly reopen: () => void
}

/** Goes on with a log, or begins it. */
export const logWriter = (log: Log, now: () => bigint, counts: Counts): LogWriter => {
  const framings = { stdout: framing(MAX_LINE), stderr: framing(MAX_LINE) }
  /** Where the line of a stream is whose last part was not its end */
  const begun = new Map<LogStream, Line[]>()
  let current = log.at(-1) ?? []
  if (log.length === 0) log.push(current)

  const append = (stream: LogStream, parts: readonly LogPart[]): void => {
    for (const { content, partial } of parts) {
      const file = begun.get(stream) ?? current
      const last = file.at(-1)?.time ?? 0n
      const time = now() > last ? now() : last
      file.push({ time, stream, partial, content: fromUtf8(content) })
      if (partial) begun.set(stream, file)
      else begun.delete(stream)
      counts.bytes += BigInt(content.length)
      counts.lines += 1n
    }
  }
  return {
    take: (stream, text) => append(stream, framings[stream].take(toUtf8(text))),
    end: () => {
      for (const stream of ['stdout', 'stderr'] as const) append(stream, framings[stream].end())
      begun.clear()
    },
    reopen: () => {
      current = []
      log.push(current)
    },
  }
}

/** The files as a reader of logs finds them. */
export const textsOf = (log: Log): readonly string[] =>
  log.map((file) =>
    file
      .map(
        ({ time, stream, partial, content }) =>
          `${rfc3339(time)} ${stream} ${partial ? 'P' : 'F'} ${content}\n`,
      )
      .join(''),
  )

/** What its container wrote, by the files that it is in. */
export const contentsOf = (log: Log): readonly string[] =>
  log.map((file) => file.map(({ content, partial }) => (partial ? content : `${content}\n`)).join(''))
