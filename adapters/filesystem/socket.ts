import { lstat, mkdir, unlink } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { dirname } from 'node:path'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../../ports/failure.js'
import { attempt, codeOf, ifGone, Trouble } from './errors.js'

/** The kernel's limit on a socket's path, in bytes without the closing zero. */
const MAX_PATH = 107
/** How long somebody who listens may take to answer a knock. */
const PATIENCE = 1000

const WRITABLE_BY_OTHERS = 0o002

/** Whether somebody listens. Who is too busy to answer does. */
const isHeard = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ path })
    const finish = (heard: boolean): void => {
      resolve(heard)
      socket.destroy()
    }
    socket.setTimeout(PATIENCE, () => finish(true))
    socket.once('connect', () => finish(true))
    socket.once('error', (error) => {
      const code = codeOf(error)
      if (code === 'ECONNREFUSED' || code === 'ENOENT') finish(false)
      else if (code === 'EAGAIN') finish(true)
      else reject(error)
    })
  })

/** A folder that others own or can write to is none of the socket's own: they could put theirs in its place. */
const prepareFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { mode: 0o750 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })
  const stats = await lstat(folder)
  if (!stats.isDirectory()) throw new Trouble('Denied', `${folder} is no directory`)
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) throw new Trouble('Denied', `anybody can write to ${folder}`)
  if (stats.uid !== 0 && stats.uid !== process.getuid?.())
    throw new Trouble('Denied', `${folder} belongs to somebody else`)
}

/**
 * Makes a path ready to be listened on: its folder is made where it is missing (0750; the folder above must stand),
 * a socket that nobody listens on any more is removed. `AlreadyExists`: somebody listens there. `Denied`: something
 * else stands there, the path is not absolute or longer than a socket's may be, or others own the folder or
 * can write to it.
 */
export const prepareSocket = (path: string): TaskEither<Failure, void> =>
  attempt('make ready to listen', path, async () => {
    if (!path.startsWith('/') || path.includes('\0')) throw new Trouble('Denied', 'not an absolute path')
    if (Buffer.byteLength(path) > MAX_PATH) throw new Trouble('Denied', `longer than ${MAX_PATH} bytes`)
    await prepareFolder(dirname(path))
    const stats = await lstat(path).catch(ifGone(null))
    if (stats === null) return
    if (!stats.isSocket()) throw new Trouble('Denied', 'what stands there is no socket')
    if (await isHeard(path)) throw new Trouble('AlreadyExists', 'somebody listens there')
    await unlink(path).catch(ifGone(undefined))
  })
