import { type FileHandle, readFile, readlink } from 'node:fs/promises'
import { self } from './descriptors.js'

// The kernel escapes what would break its lines: space, tab, newline, backslash, `#`.
const unescaped = (field: string): string =>
  field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/**
 * The first place at or below a name in an open directory where something is mounted, as this process sees it; null where
 * there is none. It looks at nothing but the kernel's own table, so a dead network mount cannot hold it up.
 */
export const mountWithin = async (directory: FileHandle, name: string): Promise<string | null> => {
  // Bytes as latin1: a mount point's name need not be UTF-8.
  const above = await readlink(self(directory), 'latin1')
  const path = `${above === '/' ? '' : above}/${Buffer.from(name).toString('latin1')}`
  const table = await readFile('/proc/self/mountinfo', 'latin1')
  for (const line of table.split('\n')) {
    const place = unescaped(line.split(' ', 5)[4] ?? '')
    if (place === path || place.startsWith(`${path}/`)) return Buffer.from(place, 'latin1').toString()
  }
  return null
}
