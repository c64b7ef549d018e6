import { randomUUID } from 'node:crypto'
import { type FileHandle, link, mkdir, readdir, unlink } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import type { Lock } from '../../ports/lock.js'
import { at, openDirectory, openDirectoryAt, self, using } from './descriptors.js'
import { attempt, codeOf, ifGone, Trouble } from './errors.js'
import type { Roots } from './paths.js'

/*
 * Node has no flock, so what dies with its process here is a listening socket: a connection tells whether somebody
 * holds it, whatever namespace the holder's pid is from, and no pid is ever mistaken for another's. It is a file in a
 * folder of 0700, not an abstract name, which any local user could take first to keep a node from recovering.
 *
 * Taking over from a dead holder is where such locks break: two may see the same corpse, and the slower one removes
 * the living successor. Here nothing is removed to take over. Sockets are numbered and the highest number counts;
 * who found it dead links its own, already listening, under the next number, which works for one only, and looks
 * again whether that is the highest now. The highest number is never removed, so no number counts twice; and the
 * folder is small enough for the kernel to list it in one call, which no change can fall into.
 */

const FOLDER = 'cri-recover.lock'
const NUMBER = /^[1-9]\d{0,14}$/
const TRIES = 50
/** How long a holder may take to tell its pid; a stopped one never does. */
const PATIENCE = 1000
/** No pid is longer. Who says more than that is there all the same, and is not listened to. */
const LONGEST = 20

type Sight = { readonly kind: 'alive'; readonly pid: string | null } | { readonly kind: 'dead' | 'unclear' }

const look = (path: string): Promise<Sight> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ path })
    let told = ''
    const finish = (sight: Sight) => {
      resolve(sight)
      socket.destroy()
    }
    socket.setEncoding('latin1')
    socket.setTimeout(PATIENCE, () => finish({ kind: 'alive', pid: null }))
    socket.on('data', (text: string) => {
      told += text
      if (told.length > LONGEST) finish({ kind: 'alive', pid: null })
    })
    socket.on('end', () => finish(/^\d+$/.test(told) ? { kind: 'alive', pid: told } : { kind: 'unclear' }))
    socket.on('error', (error) => {
      const code = codeOf(error)
      if (code === 'ECONNREFUSED') finish({ kind: 'dead' })
      // Gone, or died or released with us in its queue: the next look tells.
      else if (code === 'ENOENT' || code === 'ECONNRESET' || code === 'EPIPE') finish({ kind: 'unclear' })
      // Its queue is full: somebody is there.
      else if (code === 'EAGAIN') finish({ kind: 'alive', pid: null })
      else reject(error)
    })
  })

const listen = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((caller) => {
      caller.on('error', () => undefined)
      caller.end(String(process.pid), () => caller.destroy())
    })
    server.once('error', reject)
    server.listen({ path, exclusive: true }, () => resolve(server.unref()))
  })

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()))

const highest = async (folder: FileHandle): Promise<number> =>
  Math.max(0, ...(await readdir(self(folder))).filter((name) => NUMBER.test(name)).map(Number))

const pathOf = (folder: FileHandle, name: string | number): string => `${self(folder)}/${name}`

/** Links `mine` under the next number, and tells it; throws where somebody alive holds the highest. */
const take = async (folder: FileHandle, mine: string): Promise<number> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const last = await highest(folder)
    const sight = last === 0 ? { kind: 'dead' as const } : await look(pathOf(folder, last))
    if (sight.kind === 'unclear') continue
    if (sight.kind === 'alive') {
      const holder = sight.pid === null ? 'a process that does not answer' : `process ${sight.pid}`
      throw new Trouble('AlreadyExists', `held by ${holder}`)
    }
    try {
      await link(at(folder, mine), pathOf(folder, last + 1))
    } catch (error) {
      if (codeOf(error) === 'EEXIST') continue
      if (codeOf(error) === 'ENOENT') throw new Trouble('AlreadyExists', 'another process has just taken it')
      throw error
    }
    if ((await highest(folder)) === last + 1) return last + 1
    await unlink(pathOf(folder, last + 1)).catch(ifGone(undefined))
  }
  throw new Trouble('AlreadyExists', 'too many processes are taking it at once')
}

/** Removes what the dead left: lower numbers, and sockets of those who died before they had one. */
const tidy = async (folder: FileHandle, number: number): Promise<void> => {
  for (const name of await readdir(self(folder))) {
    const stale = NUMBER.test(name)
      ? Number(name) < number
      : (await look(pathOf(folder, name)).catch(() => ({ kind: 'unclear' }))).kind === 'dead'
    if (stale) await unlink(at(folder, name)).catch(() => undefined)
  }
}

const acquireIn = async (folder: FileHandle): Promise<Server> => {
  const mine = randomUUID()
  const server = await listen(pathOf(folder, mine))
  try {
    const number = await take(folder, mine)
    await unlink(at(folder, mine)).catch(ifGone(undefined))
    await tidy(folder, number)
    return server
  } catch (error) {
    await unlink(at(folder, mine)).catch(() => undefined)
    await close(server)
    throw error
  }
}

const make = (path: string | Buffer): Promise<unknown> =>
  mkdir(path, 0o700).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error
  })

/**
 * The lock of a root. It lives in `state`: there is room where the disk is full or read-only, and a boot clears it.
 * `NotFound` where `root` is missing; a missing `state` is made, as a boot leaves none and containerd makes it so.
 */
export const lock = (roots: Roots): Lock => ({
  acquire: () =>
    attempt(`lock ${roots.root}`, `the lock ${join(roots.state, FOLDER)}`, async () => {
      await using(openDirectory(roots.root), async () => undefined)
      await make(roots.state)
      const server = await using(openDirectory(roots.state), async (state) => {
        await make(at(state, FOLDER))
        return using(openDirectoryAt(state, FOLDER), acquireIn)
      })
      return { release: () => close(server) }
    }),
})
