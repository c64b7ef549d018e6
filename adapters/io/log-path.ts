import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import type { LogPlace } from '../../ports/io.js'
import { codeOf, Trouble } from './errors.js'

const { O_APPEND, O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants

const NO_FILE = 'something that is no file stands at its log path'

/** Node has no `openat`; a name below an open directory's own path is the same thing. */
const at = (directory: FileHandle, name: string): string => `/proc/self/fd/${directory.fd}/${name}`

/** The names that lead from the root to the log; a path that leads elsewhere has none. */
const namesOf = ({ root, path }: LogPlace): readonly string[] => {
  const names =
    isAbsolute(root) && isAbsolute(path) && !path.includes('\0') ? relative(root, path).split('/') : []
  if (names.length === 0 || names.some((name) => name === '' || name === '..' || name === '.'))
    throw new Trouble('Denied', `its log path ${JSON.stringify(path)} is not below ${JSON.stringify(root)}`)
  return names
}

const openDirectory = async (parent: FileHandle, name: string): Promise<FileHandle> => {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
  try {
    return await open(at(parent, name), flags)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    // Somebody else may make it at the same time.
    await mkdir(at(parent, name), 0o755).catch((clash: unknown) => {
      if (codeOf(clash) !== 'EEXIST') throw clash
    })
    return open(at(parent, name), flags)
  }
}

const openFile = async (directory: FileHandle, name: string): Promise<FileHandle> => {
  // A device does something when it is opened, and a FIFO may block: so it is looked at before.
  const there = await lstat(at(directory, name)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  })
  if (there !== null && !there.isFile()) throw new Trouble('Denied', NO_FILE)
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK
  const file = await open(at(directory, name), flags, 0o640)
  // It may have been another one by then.
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new Trouble('Denied', NO_FILE)
}

/**
 * Opens a log for appending, with the folders above it made as needed. No link is followed below the root: the path
 * came with the container, and this process may write anywhere.
 */
export const openLog = async (place: LogPlace): Promise<FileHandle> => {
  const names = namesOf(place)
  await mkdir(place.root, { recursive: true, mode: 0o755 })
  let directory = await open(place.root, O_RDONLY | O_DIRECTORY)
  try {
    for (const name of names.slice(0, -1)) {
      const next = await openDirectory(directory, name)
      await directory.close()
      directory = next
    }
    return await openFile(directory, names.at(-1) ?? '')
  } finally {
    await directory.close()
  }
}
