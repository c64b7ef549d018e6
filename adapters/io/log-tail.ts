import type { FileHandle } from 'node:fs/promises'
import { timeOfLine } from '../../core/log-format.js'

/** As much of a log's end as is looked at: some lines of the usual length. */
const TAIL = 128 * 1024

/** What stands at the end of a log that somebody wrote before. */
export interface Tail {
  /** The time of its last line, as it stands there; null where it has none */
  readonly time: string | null
  /** What had to be done so that it ends with a whole line; null: nothing */
  readonly mended: string | null
}

const lastLines = (text: string): { readonly whole: string; readonly torn: string } => {
  const end = text.lastIndexOf('\n')
  const start = text.lastIndexOf('\n', end - 1) + 1
  return { whole: end < 0 ? '' : text.slice(start, end), torn: text.slice(end + 1) }
}

/**
 * Looks at a log's end, and mends it: a crash may have torn its last line. What has a whole header is ended, what has
 * not says nothing and goes.
 */
export const mendTail = async (file: FileHandle): Promise<Tail> => {
  const { size } = await file.stat()
  const from = Math.max(0, size - TAIL)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  const { whole, torn } = lastLines(buffer.toString('latin1', 0, bytesRead))
  const time = timeOfLine(torn) ?? timeOfLine(whole)
  if (torn === '') return { time, mended: null }
  if (timeOfLine(torn) !== null || torn.length === bytesRead) {
    await file.appendFile('\n')
    return { time, mended: 'its last line was torn; it ends where it was torn' }
  }
  await file.truncate(size - torn.length)
  return { time, mended: 'the beginning of a torn line without content was taken away' }
}
