import { randomUUID } from 'node:crypto'
import { fstatSync } from 'node:fs'
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { using } from './descriptors.js'
import { codeOf, ifGone } from './errors.js'

/** The files and folders that a person names to the command, followed wherever they lead. */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EISDIR: 'it is a folder',
}

const worded = (error: unknown, verb: 'read' | 'write' = 'read'): string => {
  const code = codeOf(error)
  if (code === 'EACCES' || code === 'EPERM') return `not allowed to ${verb} it; this needs root`
  return WORDS[code] ?? (error instanceof Error ? error.message : String(error))
}

/** The text of a file of at most `limit` bytes (a pipe is one too), or why there is none. */
export const readText = async (path: string, limit: number): Promise<Either<string, string>> => {
  try {
    const file = await open(path, 'r')
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of file.createReadStream({ end: limit })) {
      const part = Buffer.from(chunk)
      bytes += part.length
      chunks.push(part)
    }
    return bytes > limit ? left(`it is larger than ${limit} bytes`) : right(Buffer.concat(chunks).toString())
  } catch (error) {
    return left(worded(error))
  }
}

/** Where a name leads to: a file that is there or could be. A device or a pipe must not be replaced by a file. */
const fileAt = async (path: string): Promise<string> => {
  const real = await realpath(path).catch(ifGone(null))
  if (real === null) return path
  if (!(await stat(real)).isFile()) throw new Error('it is no file')
  return real
}

/**
 * Writes a file that everybody may read, in one step: who reads it finds all of the old text or all of the new. Answers
 * why it is not written; null where it is.
 */
export const writeText = async (path: string, text: string): Promise<string | null> => {
  try {
    const place = await fileAt(path)
    // Begins with a dot and ends unlike any other: whoever collects files from the folder passes over it.
    const beside = join(dirname(place), `.${basename(place)}.${randomUUID()}~`)
    try {
      await using(open(beside, 'wx', 0o644), async (file) => {
        await file.chmod(0o644)
        await file.writeFile(text)
        await file.sync()
      })
      await rename(beside, place)
      return null
    } finally {
      // Gone already where all went well.
      await rm(beside, { force: true })
    }
  } catch (error) {
    return worded(error, 'write')
  }
}

/** Why a folder cannot be worked in; null where it can. */
export const folderTrouble = async (path: string): Promise<string | null> => {
  try {
    if (!(await stat(path)).isDirectory()) return 'it is no folder'
    await access(path, constants.R_OK | constants.X_OK)
    return null
  } catch (error) {
    return worded(error)
  }
}

/** Whether a descriptor is what systemd names by device and inode; a redirected one is another. */
export const isStream = (fd: number, named: string | undefined): boolean => {
  if (named === undefined) return false
  const { dev, ino } = fstatSync(fd, { bigint: true })
  return named === `${dev}:${ino}`
}
