import { type FileHandle, readdir, rmdir, unlink } from 'node:fs/promises'
import type { Entry } from '../../core/records.js'
import type { Directories } from '../../ports/directories.js'
import type { Signal } from '../../ports/signal.js'
import { at, openDirectory, self, using } from './descriptors.js'
import { attempt, ifGone, Trouble, toTrouble } from './errors.js'
import { mountWithin } from './mounts.js'
import { basePath, checkId, kindOf, type Roots } from './paths.js'
import { patiently } from './patience.js'
import { type Visitor, walk } from './walk.js'

const LOOK: Visitor = { entry: async () => undefined, left: async () => undefined }

const listed = async (base: FileHandle): Promise<readonly Entry[]> => {
  const entries = await readdir(self(base), { withFileTypes: true, encoding: 'buffer' })
  return entries.map((entry) => ({ name: entry.name.toString(), kind: kindOf(entry) }))
}

const refuseMounts = async (base: FileHandle, name: string): Promise<void> => {
  const place = await mountWithin(base, name)
  if (place !== null) throw new Trouble('Denied', `something is mounted at ${place}`)
}

const removeFrom = async (base: FileHandle, name: string, signal: Signal): Promise<void> => {
  const top = Buffer.from(name)
  let removed = 0
  const remove: Visitor = {
    entry: (directory, entry) =>
      patiently(signal, () => unlink(at(directory, entry)).then(() => void removed++, ifGone(undefined))),
    left: (directory, entry) =>
      patiently(signal, () => rmdir(at(directory, entry)).then(() => void removed++, ifGone(undefined))),
  }
  try {
    await refuseMounts(base, name)
    await walk(base, top, LOOK, signal)
    await refuseMounts(base, name)
    await walk(base, top, remove, signal)
  } catch (error) {
    const { tag, message } = toTrouble(error)
    const extent = removed === 0 ? 'nothing was removed' : 'part of it was removed'
    throw new Trouble(tag, `${message}; ${extent}`, removed > 0)
  }
}

/** The directories below `root` and `state` that are named after containers and sandboxes. */
export const directories = (roots: Roots): Directories => ({
  path: (base) => basePath(roots, base),
  list: (base) => {
    const path = basePath(roots, base)
    return attempt('list', `the file system at ${path}`, async () => {
      const handle = await openDirectory(path).catch(ifGone(null))
      return handle === null ? null : using(Promise.resolve(handle), listed)
    })
  },
  remove: (base, name, signal) => {
    const path = basePath(roots, base)
    return attempt(`remove ${name}`, `the file system at ${path}`, async () => {
      checkId(name)
      await using(openDirectory(path), (handle) => removeFrom(handle, name, signal))
    })
  },
})
