import { fstatSync } from 'node:fs'
import { access, constants, open, stat } from 'node:fs/promises'
import { type Either, left, right } from 'fp-ts/lib/Either.js'

/** The files and folders that a person names to the command, followed wherever they lead. */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EACCES: 'not allowed to read it; this needs root',
  EPERM: 'not allowed to read it; this needs root',
  EISDIR: 'it is a folder',
}

const worded = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
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
