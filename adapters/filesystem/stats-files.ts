import { constants, open } from 'node:fs/promises'
import { using } from './descriptors.js'
import { codeOf, Trouble } from './errors.js'

/** A cgroup's or a process's own files, as the kernel shows them: small, and gone at any moment. */

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** What the kernel says where the thing went away before or after its file was opened, or where it does not count. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ENODEV', 'ENXIO', 'ESRCH', 'EOPNOTSUPP'])

const CHUNK = 16 * 1024

/** The whole text of one of the kernel's files, never following a link in its place; null where there is none. */
export const readKernelFile = async (path: string, limit: number): Promise<string | null> => {
  try {
    return await using(open(path, FLAGS), async (file) => {
      const chunks: Buffer[] = []
      let bytes = 0
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK)
        if (bytesRead === 0) return Buffer.concat(chunks).toString('latin1')
        bytes += bytesRead
        if (bytes > limit) throw new Trouble('Exhausted', `${path} is larger than ${limit} bytes`)
        chunks.push(buffer.subarray(0, bytesRead))
      }
    })
  } catch (error) {
    if (GONE.has(codeOf(error))) return null
    throw error
  }
}
