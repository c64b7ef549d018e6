/**
 * The CRI's log format: `<time> <stdout|stderr> <F|P> <content>\n`, a line of it for each line of a container, or for
 * each part of one that is too long (reference: redirectLogs). Bytes in, bytes out; whose and when are arguments.
 */

export type LogStream = 'stdout' | 'stderr'

/** A line without its newline, or a part of one. */
export interface LogPart {
  readonly content: Uint8Array
  /** `P`: its line goes on, or ended with the stream and without a newline */
  readonly partial: boolean
}

export interface Framed {
  readonly parts: readonly LogPart[]
  /** What has no end yet, to be given to the next step */
  readonly rest: Uint8Array
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const NOTHING = new Uint8Array(0)

/** Where no limit is asked for, a line without an end is still split, before it takes all memory. */
const MOST = 16 * 1024 * 1024

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.length === 0) return b
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** A line of that content, split where it is longer than the limit. */
const split = (content: Uint8Array, limit: number, partial: boolean): readonly LogPart[] => {
  if (content.length <= limit) return [{ content, partial }]
  const parts: LogPart[] = []
  let from = 0
  for (; content.length - from > limit; from += limit)
    parts.push({ content: content.subarray(from, from + limit), partial: true })
  parts.push({ content: content.subarray(from), partial })
  return parts
}

/** How much of a line without an end can already be told: a `\r` may yet turn out to belong to its newline. */
const overflowOf = (length: number, endsWithReturn: boolean, limit: number): number => {
  const certain = endsWithReturn ? length - 1 : length
  return certain > limit ? Math.floor((certain - 1) / limit) * limit : 0
}

const limitOf = (limit: number): number => (limit > 0 ? Math.min(limit, MOST) : MOST)

/**
 * Takes a chunk of a stream. How a stream is cut into chunks changes nothing.
 *
 * @param rest - of the step before; empty at first
 * @param limit - bytes of content in a line of the log; 0 or less: none but what memory bears
 */
export const frame = (rest: Uint8Array, chunk: Uint8Array, limit: number): Framed => {
  const most = limitOf(limit)
  const data = joined(rest, chunk)
  const parts: LogPart[] = []
  let from = 0
  for (;;) {
    const end = data.indexOf(NEWLINE, Math.max(from, rest.length))
    if (end < 0) break
    const to = end > from && data[end - 1] === RETURN ? end - 1 : end
    if (to - from <= most) parts.push({ content: data.subarray(from, to), partial: false })
    else parts.push(...split(data.subarray(from, to), most, false))
    from = end + 1
  }
  const overflow = overflowOf(data.length - from, data[data.length - 1] === RETURN, most)
  if (overflow > 0) {
    for (const to = from + overflow; from < to; from += most)
      parts.push({ content: data.subarray(from, from + most), partial: true })
  }
  // A copy: the chunk's memory is the reader's, who fills it again.
  return { parts, rest: from === data.length ? NOTHING : data.slice(from) }
}

/** What is left when the stream ends: content without a newline is a part. */
export const frameEnd = (rest: Uint8Array, limit: number): readonly LogPart[] =>
  rest.length === 0 ? [] : split(rest, limitOf(limit), true)

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0))

/** Parts as the log has them, all of one time. */
export const encodeLines = (parts: readonly LogPart[], stream: LogStream, time: string): Uint8Array => {
  const full = ascii(`${time} ${stream} F `)
  const partial = ascii(`${time} ${stream} P `)
  const size = parts.reduce((sum, { content }) => sum + full.length + content.length + 1, 0)
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part.partial ? partial : full, at)
    at += full.length
    bytes.set(part.content, at)
    at += part.content.length
    bytes[at] = NEWLINE
    at += 1
  }
  return bytes
}

const HEADER = /^(\S{1,40}) (?:stdout|stderr) [FP] /

/** The time that a line of a log begins with; null where it has no whole header. */
export const timeOfLine = (line: string): string | null => HEADER.exec(line)?.[1] ?? null
