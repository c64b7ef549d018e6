import { randomInt } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import type { CheckpointFile } from '../../core/records.js'
import type { Checkpoints } from '../../ports/checkpoints.js'
import {
  at,
  O_PATH,
  openAt,
  openDirectory,
  openDirectoryAt,
  self,
  syncDirectory,
  using,
} from './descriptors.js'
import { attempt, codeOf, ifGone, Trouble, toTrouble } from './errors.js'
import { basePath, checkId, isTemporaryName, kindOf, type Roots, temporaryName } from './paths.js'

const { O_CREAT, O_EXCL, O_NOCTTY, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

const STATUS = 'status'
const LIMIT = 1 << 20
/** Names tried when one is taken: two recoveries never share a nanosecond, but a clock may be set back. */
const NAMES = 8

// Go keeps a byte order mark, and refuses the file for it; so must whoever decodes this text.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const readFile = async (place: FileHandle): Promise<CheckpointFile> => {
  const stats = await place.stat({ bigint: true })
  if (!stats.isFile()) return { kind: 'not-a-file', what: kindOf(stats) }
  if (stats.size > LIMIT) return { kind: 'too-large', bytes: stats.size }
  // One byte more than the limit, in case the file grows while it is read.
  const buffer = Buffer.allocUnsafe(Math.min(Number(stats.size) + 4096, LIMIT + 1))
  // Opening the place again and not its name: nobody can swap it in between.
  return using(open(self(place), O_RDONLY | O_NONBLOCK | O_NOCTTY), async (file) => {
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) return { kind: 'text', text: utf8.decode(buffer.subarray(0, length)) }
      length += bytesRead
    }
    const { size } = await file.stat({ bigint: true })
    if (size > LIMIT) return { kind: 'too-large', bytes: size }
    throw new Trouble('Unavailable', 'it grew while it was read')
  })
}

const readStatus = (directory: FileHandle): Promise<CheckpointFile> =>
  using(openAt(directory, STATUS, O_PATH), readFile).catch(
    ifGone<CheckpointFile>({ kind: 'missing', directory: true }),
  )

/** What an error tells about the file. Rethrown where it tells of us instead, as no descriptor being left. */
const asFound = (error: unknown): CheckpointFile => {
  const { tag, message } = toTrouble(error)
  if (tag === 'NotFound') return { kind: 'missing', directory: false }
  if (error instanceof Trouble || codeOf(error) === '' || tag === 'Exhausted') throw error
  return { kind: 'unreadable', why: message }
}

const replace = async (directory: FileHandle, text: string): Promise<void> => {
  const name = temporaryName(randomInt(2 ** 32))
  const file = await openAt(directory, name, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  try {
    try {
      await file.chmod(0o600) // whatever the umask is
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(at(directory, name), at(directory, STATUS))
  } catch (error) {
    await unlink(at(directory, name)).catch(() => undefined)
    throw error
  }
  await syncDirectory(directory)
}

/** The second name that the status file has already, so that starting again and again piles up nothing. */
const asideAlready = async (directory: FileHandle): Promise<string | undefined> => {
  const status = await lstat(at(directory, STATUS), { bigint: true })
  if (status.isDirectory()) throw new Trouble('Denied', 'a directory stands in its place')
  if (status.nlink === 1n) return undefined
  for (const name of await readdir(self(directory))) {
    if (!name.startsWith(`${STATUS}.unreadable-`)) continue
    const other = await lstat(at(directory, name), { bigint: true })
    if (other.ino === status.ino && other.dev === status.dev) return name
  }
  return undefined
}

const keep = async (directory: FileHandle, stamp: bigint): Promise<string> => {
  const already = await asideAlready(directory)
  if (already !== undefined) return already
  for (let n = 0; n < NAMES; n++) {
    const name = `${STATUS}.unreadable-${stamp}${n === 0 ? '' : `-${n}`}`
    try {
      // link(2) does not follow a link: what stands there gets the second name, not what it points at.
      await link(at(directory, STATUS), at(directory, name))
      return name
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
  throw new Trouble('AlreadyExists', `all names for it are taken, as ${STATUS}.unreadable-${stamp}`)
}

const makeIn = async (base: FileHandle, id: string): Promise<void> => {
  try {
    await mkdir(at(base, id), 0o755)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    await using(openDirectoryAt(base, id), async () => undefined)
  }
  await syncDirectory(base)
}

const sweepIn = async (directory: FileHandle): Promise<number> => {
  let swept = 0
  for (const entry of await readdir(self(directory), { withFileTypes: true, encoding: 'buffer' })) {
    if (!entry.isFile() || !isTemporaryName(entry.name.toString())) continue
    swept += await unlink(at(directory, entry.name)).then(() => 1, ifGone(0))
  }
  return swept
}

/** The status files below `root`, reached from directory to directory so that no link is ever followed. */
export const checkpoints = (roots: Roots): Checkpoints => {
  const containers = basePath(roots, { of: 'root', kind: 'containers' })
  const of = `the file system at ${containers}`

  const inDirectory = <A>(id: string, work: (directory: FileHandle) => Promise<A>): Promise<A> =>
    using(openDirectory(containers), (base) => using(openDirectoryAt(base, id), work))

  const request = <A>(asked: string, id: string, work: () => Promise<A>) =>
    attempt(`${asked} ${id}`, of, async () => {
      checkId(id)
      return work()
    })

  return {
    read: (id) => request('read checkpoint', id, () => inDirectory(id, readStatus).catch(asFound)),
    write: (id, text) =>
      request('write checkpoint', id, () => inDirectory(id, (directory) => replace(directory, text))),
    setAside: (id, stamp) =>
      request('set aside checkpoint', id, () =>
        inDirectory(id, async (directory) => {
          const name = await keep(directory, stamp)
          await syncDirectory(directory)
          return name
        }),
      ),
    makeDirectory: (id) =>
      request('make directory', id, () => using(openDirectory(containers), (base) => makeIn(base, id))),
    sweep: (id) => request('sweep', id, () => inDirectory(id, sweepIn).catch(ifGone(0))),
  }
}
