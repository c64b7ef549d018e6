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

/** Makes lines of the chunks of one stream. How it was cut into chunks changes nothing. */
export interface Framing {
  /** What has an end with this chunk; only to be looked at until the next one is given. */
  readonly take: (chunk: Uint8Array) => readonly LogPart[]
  /** What is left when the stream ends: content without a newline is a part. */
  readonly end: () => readonly LogPart[]
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const NOTHING = new Uint8Array(0)

/** Where no limit is asked for, a line without an end is still split, before it takes all memory. */
const MOST = 16 * 1024 * 1024

/** A line of that content, split where it is longer than the limit. */
const split = (content: Uint8Array, limit: number, partial: boolean, into: LogPart[]): void => {
  let from = 0
  for (; content.length - from > limit; from += limit)
    into.push({ content: content.subarray(from, from + limit), partial: true })
  into.push({ content: from === 0 ? content : content.subarray(from), partial })
}

/** Bytes that grow at their end, each copied a bounded number of times on average however long they get. */
const accumulator = () => {
  let bytes: Uint8Array = NOTHING
  let length = 0
  return {
    add: (more: Uint8Array): void => {
      if (more.length === 0) return
      if (length + more.length > bytes.length) {
        const larger = new Uint8Array(length === 0 ? more.length : 2 * (length + more.length))
        larger.set(bytes.subarray(0, length))
        bytes = larger
      }
      bytes.set(more, length)
      length += more.length
    },
    get: (): Uint8Array => bytes.subarray(0, length),
    /** Forgets the first of them. They stay where they are for whoever still looks at them. */
    drop: (count: number): void => {
      bytes = count < length ? bytes.slice(count, length) : NOTHING
      length -= count
    },
  }
}

/** How much of a line without an end can already be told: a `\r` may yet turn out to belong to its newline. */
const overflowOf = (line: Uint8Array, limit: number): number => {
  const certain = line[line.length - 1] === RETURN ? line.length - 1 : line.length
  return certain > limit ? Math.floor((certain - 1) / limit) * limit : 0
}

/** @param limit - bytes of content in a line of the log; 0 or less: none but what memory bears */
export const framing = (limit: number): Framing => {
  const most = limit > 0 ? Math.min(limit, MOST) : MOST
  const begun = accumulator()

  const lines = (data: Uint8Array, into: LogPart[]): number => {
    let from = 0
    for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, from)) {
      const to = end > from && data[end - 1] === RETURN ? end - 1 : end
      split(data.subarray(from, to), most, false, into)
      from = end + 1
    }
    return from
  }

  return {
    take: (chunk) => {
      const parts: LogPart[] = []
      let from = 0
      if (begun.get().length > 0) {
        const end = chunk.indexOf(NEWLINE)
        from = end < 0 ? chunk.length : end + 1
        begun.add(chunk.subarray(0, from))
        if (end >= 0) begun.drop(lines(begun.get(), parts))
      }
      const rest = chunk.subarray(from)
      begun.add(rest.subarray(lines(rest, parts)))
      const overflow = overflowOf(begun.get(), most)
      if (overflow > 0) {
        split(begun.get().subarray(0, overflow), most, true, parts)
        begun.drop(overflow)
      }
      return parts
    },
    end: () => {
      const parts: LogPart[] = []
      const left = begun.get()
      if (left.length > 0) split(left, most, true, parts)
      begun.drop(left.length)
      return parts
    },
  }
}

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

const HEADER =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) (?:stdout|stderr) [FP] /

/** Days since 1970 of a date of the Gregorian calendar; years are counted from March so that a leap day is last. */
const daysOf = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468
}

/**
 * The time that a line of a log begins with, in ns since 1970; null where it has no whole header. The reference writes
 * its machine's local time, so it may have an offset.
 */
export const timeOfLine = (line: string): bigint | null => {
  const header = HEADER.exec(line)
  if (header === null) return null
  const part = (n: number): number => Number(header[n] ?? 0)
  const offset = (part(9) * 60 + part(10)) * (header[8] === '-' ? -60 : 60)
  const seconds =
    daysOf(part(1), part(2), part(3)) * 86_400 + part(4) * 3_600 + part(5) * 60 + part(6) - offset
  return BigInt(seconds) * 1_000_000_000n + BigInt((header[7] ?? '').padEnd(9, '0'))
}
