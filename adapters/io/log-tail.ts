import type { FileHandle } from 'node:fs/promises'
import { timeOfLine } from '../../core/log-format.js'

/** As much of a log's end as is looked at: some lines of the usual length. */
const TAIL = 128 * 1024

/** What stands at the end of a log that somebody wrote before. */
export interface Tail {
  /** The time of its last line, in ns since 1970; null where it tells none */
  readonly time: bigint | null
  /** What had to be done so that it ends with a whole line; null: nothing */
  readonly mended: string | null
}

/** The last line that has an end, or what is seen of it, and what follows it. */
const lastLines = (text: string) => {
  const end = text.lastIndexOf('\n')
  const start = end > 0 ? text.lastIndexOf('\n', end - 1) + 1 : 0
  return { start, whole: text.slice(start, Math.max(0, end)), torn: text.slice(end + 1) }
}

/**
 * Looks at a log's end, and mends it: a crash may have torn its last line. What has a whole header is ended, what has
 * not says nothing and goes.
 */
export const mendTail = async (file: FileHandle): Promise<Tail> => {
  const { size } = await file.stat()
  const from = Math.max(0, size - TAIL)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  const { start, whole, torn } = lastLines(buffer.toString('latin1', 0, bytesRead))
  // Its header may lie before what is looked at: then what looks like one is only what a container wrote.
  const beginsBefore = (at: number): boolean => from > 0 && at === 0
  const timeAt = (at: number, line: string): bigint | null => (beginsBefore(at) ? null : timeOfLine(line))
  const tornAt = bytesRead - torn.length
  const tornTime = timeAt(tornAt, torn)
  const time = tornTime ?? timeAt(start, whole)
  if (torn === '') return { time, mended: null }
  // What begins before has more to keep than to take away.
  if (tornTime !== null || beginsBefore(tornAt)) {
    await file.appendFile('\n')
    return { time, mended: 'the last line of its log was torn; it ends where it was torn' }
  }
  await file.truncate(size - torn.length)
  return { time, mended: 'the last line of its log was torn before its content, and was taken away' }
}
