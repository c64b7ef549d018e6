import { constants } from 'node:fs'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { afterwards, codeOf, Trouble } from './errors.js'

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants

/** Opens a place and not what stands there: no device is touched, no FIFO waited for. Node has no name for it. */
export const O_PATH = 0o10000000

/** The path of a descriptor itself; opening it opens the very same file again. */
export const self = (handle: FileHandle): string => `/proc/self/fd/${handle.fd}`

/**
 * The path of a name in an open directory. Node has no `openat`; this is the same thing: whatever is renamed or
 * linked above, the name is looked up in this directory. Names are bytes, and not always UTF-8.
 */
export const at = (directory: FileHandle, name: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${self(directory)}/`), typeof name === 'string' ? Buffer.from(name) : name])

/** Opens, uses, and closes in every case. */
export const using = async <A>(
  opening: Promise<FileHandle>,
  use: (handle: FileHandle) => Promise<A>,
): Promise<A> => {
  const handle = await opening
  try {
    return await use(handle)
  } finally {
    await handle.close()
  }
}

/** Opens one name in an open directory, never following a link. */
export const openAt = async (
  directory: FileHandle,
  name: string | Buffer,
  flags: number,
  mode?: number,
): Promise<FileHandle> => {
  try {
    return await open(at(directory, name), flags | O_NOFOLLOW, mode)
  } catch (error) {
    // Without /proc every name would look missing, and a missing checkpoint is a fact that others act upon.
    if (codeOf(error) === 'ENOENT') {
      await stat(self(directory)).catch(() => {
        throw new Trouble('Unavailable', '/proc is not mounted')
      })
    }
    throw error
  }
}

/** Opens a directory by its path. The operator's own links above it are followed, none below. */
export const openDirectory = (path: string): Promise<FileHandle> => open(path, O_RDONLY | O_DIRECTORY)

/** Opens a directory in an open directory. A link in its place is `ENOTDIR`. */
export const openDirectoryAt = (directory: FileHandle, name: string | Buffer): Promise<FileHandle> =>
  openAt(directory, name, O_RDONLY | O_DIRECTORY)

/** The mount that an open file was reached through; a bind mount has one of its own where its device has not. */
export const mountOf = async (handle: FileHandle): Promise<string> => {
  const info = await readFile(`/proc/self/fdinfo/${handle.fd}`, 'latin1')
  const id = /^mnt_id:\s*(\d+)$/m.exec(info)?.[1]
  if (id === undefined) throw new Trouble('Denied', 'the kernel does not tell which mount it is on')
  return id
}

/** Makes what was just renamed, linked or made in a directory survive a loss of power. */
export const syncDirectory = async (directory: FileHandle): Promise<void> => {
  try {
    await directory.sync()
  } catch (error) {
    // Some file systems cannot sync a directory at all: nothing was lost that could have been kept.
    if (codeOf(error) !== 'EINVAL') throw afterwards(error)
  }
}
