import type { FileHandle } from 'node:fs/promises'
import { encodeLines, type LogPart, type LogStream } from '../../core/log-format.js'
import { rfc3339 } from '../../core/time.js'
import type { LogPlace } from '../../ports/io.js'
import { said, Trouble } from './errors.js'
import { openLog } from './log-path.js'
import { mendTail } from './log-tail.js'

const NEWLINE = 0x0a

/** A file that lines are written to. */
export interface OpenLog {
  readonly file: FileHandle
  /** Its last line could neither be finished nor be taken back. */
  torn: boolean
  /** ns since 1970; no later line is earlier */
  time: bigint
}

/** What stands of lines that were to be written; error: null where all of them do. */
export interface Written {
  readonly parts: readonly LogPart[]
  readonly error: unknown
}

const linesIn = (bytes: Uint8Array): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

/** Opens a log with its end mended, or begins it. */
export const openMended = async (place: LogPlace, warn: (message: string) => void): Promise<OpenLog> => {
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

/** By its size of now: somebody else may have emptied it meanwhile. */
const takeBack = async (file: FileHandle, count: number): Promise<boolean> => {
  try {
    await file.truncate(Math.max(0, (await file.stat()).size - count))
    return true
  } catch {
    return false
  }
}

/** Writes whole lines; where that fails midway, takes back what would be a torn one, and tells how many bytes stand. */
const write = async (
  log: OpenLog,
  bytes: Uint8Array,
): Promise<{ readonly stands: number; readonly error: unknown }> => {
  let done = 0
  try {
    if (log.torn) await mendTail(log.file)
    log.torn = false
    while (done < bytes.length) {
      const { bytesWritten } = await log.file.write(bytes, done, bytes.length - done)
      if (bytesWritten === 0) throw new Trouble('Exhausted', 'nothing more is taken')
      done += bytesWritten
    }
    return { stands: done, error: null }
  } catch (error) {
    const stands = done === 0 ? 0 : bytes.lastIndexOf(NEWLINE, done - 1) + 1
    if (stands < done) log.torn = !(await takeBack(log.file, done - stands))
    return { stands, error }
  }
}

/** Never fails: what does not stand is told. */
export const writeParts = async (
  log: OpenLog,
  stream: LogStream,
  parts: readonly LogPart[],
  now: bigint,
): Promise<Written> => {
  if (now > log.time) log.time = now
  const bytes = encodeLines(parts, stream, rfc3339(log.time))
  const { stands, error } = await write(log, bytes)
  return { parts: error === null ? parts : parts.slice(0, linesIn(bytes.subarray(0, stands))), error }
}

/** Syncs and closes. Never fails. */
export const letGo = async ({ file, torn }: OpenLog, warn: (message: string) => void): Promise<void> => {
  if (torn) await mendTail(file).catch(() => undefined)
  await file.datasync().catch((error: unknown) => warn(`its log could not be synced: ${said(error)}`))
  await file.close().catch((error: unknown) => warn(`its log could not be closed: ${said(error)}`))
}
