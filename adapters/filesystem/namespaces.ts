import { open, statfs } from 'node:fs/promises'
import type { NetnsStatus } from '../../core/records.js'
import type { Namespaces } from '../../ports/namespaces.js'
import { O_PATH, self, using } from './descriptors.js'
import { attempt, codeOf } from './errors.js'

/** NSFS_MAGIC of linux/magic.h */
const NSFS = 0x6e736673

const status = async (path: string): Promise<NetnsStatus> => {
  try {
    // Links are followed as containerd follows them: `/var/run` is one, and so is `/proc/1/ns/net`.
    const { type } = await using(open(path, O_PATH), (place) => statfs(self(place)))
    return type === NSFS ? 'open' : 'stale'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing'
    if (code === 'ELOOP') return 'stale'
    throw error
  }
}

/** Network namespaces, seen from the mount namespace of this process. */
export const namespaces: Namespaces = {
  status: (path) => attempt(`look at network namespace ${path}`, 'the file system', () => status(path)),
}
