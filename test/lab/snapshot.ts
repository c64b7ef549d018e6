import { createHash } from 'node:crypto'
import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type TaskLine, tasks } from './disturb.js'
import type { Lab } from './lab.js'

export type Entry =
  | {
      readonly type: 'file'
      readonly mode: string
      readonly size: number
      readonly mtimeNs: string
      readonly sha256: string
    }
  | { readonly type: 'directory'; readonly mode: string; readonly mtimeNs: string }
  | { readonly type: 'symlink'; readonly target: string }
  /** Their times and sizes change with every byte that passes through. */
  | { readonly type: 'fifo' | 'socket' | 'other' }

export interface Snapshot {
  readonly root: Readonly<Record<string, Entry>>
  readonly state: Readonly<Record<string, Entry>>
  readonly logs: Readonly<Record<string, Entry>>
  readonly tasks: readonly TaskLine[]
}

const octal = (mode: bigint): string => (mode & 0o7777n).toString(8)

const entryOf = async (path: string): Promise<Entry> => {
  const stat = await lstat(path, { bigint: true })
  const mode = octal(stat.mode)
  const mtimeNs = stat.mtimeNs.toString()
  if (stat.isDirectory()) return { type: 'directory', mode, mtimeNs }
  if (stat.isSymbolicLink()) return { type: 'symlink', target: await readlink(path) }
  if (stat.isFIFO()) return { type: 'fifo' }
  if (stat.isSocket()) return { type: 'socket' }
  if (!stat.isFile()) return { type: 'other' }
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
  return { type: 'file', mode, size: Number(stat.size), mtimeNs, sha256 }
}

/** Everything below a folder, by its path there; empty where there is no such folder. */
export const filesBelow = async (dir: string): Promise<Readonly<Record<string, Entry>>> => {
  const found: Record<string, Entry> = {}
  const walk = async (below: string): Promise<void> => {
    const names = await readdir(join(dir, below)).catch(() => [])
    for (const name of names.toSorted()) {
      const path = join(below, name)
      const entry = await entryOf(join(dir, path))
      found[path] = entry
      if (entry.type === 'directory') await walk(path)
    }
  }
  await walk('')
  return found
}

/** Two of these are equal where nothing was changed between them. Needs a containerd that runs. */
export const takeSnapshot = async (lab: Lab): Promise<Snapshot> => ({
  root: await filesBelow(lab.criRoot),
  state: await filesBelow(lab.criState),
  logs: await filesBelow(lab.logs),
  tasks: await tasks(lab),
})
