import type { Operation } from './operations.js'

/**
 * A disk in two layers: what is down for good, and what only memory holds. It promises what fsync(2) does and no more:
 * a file's content and mode with the file, a name with its directory, and that a rename shows the old or the new.
 */

export interface File {
  /** As whoever reads now sees it */
  readonly text: string
  readonly mode: number
  readonly down: { readonly text: string; readonly mode: number }
}

/** What a name leads to: a directory, or a file by its number. */
type Target = 'directory' | number
export type Names = ReadonlyMap<string, Target>

/** A name that its directory's fsync has not reached yet: it may be found as it was, or as it is to be. */
export interface Change {
  readonly path: string
  /** null: the name goes */
  readonly to: Target | null
  /** Never found without that one: a file that is renamed is under one of its names */
  readonly after: Change | null
}

export interface Disk {
  readonly files: readonly File[]
  /** Those that are down */
  readonly names: Names
  readonly pending: readonly Change[]
}

/** What a path shows. The number is the same for two names of one file. */
export type Found = { readonly text: string; readonly mode: number; readonly file: number } | 'directory'

const EMPTY: Disk = { files: [], names: new Map(), pending: [] }

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export const put = (names: Names, { path, to }: Pick<Change, 'path' | 'to'>): Names =>
  to === null
    ? new Map([...names].filter(([name]) => name !== path && !name.startsWith(`${path}/`)))
    : new Map([...names, [path, to]])

const namesNow = ({ names, pending }: Disk): Names => pending.reduce(put, names)

const changed = (disk: Disk, ...changes: readonly Change[]): Disk => ({
  ...disk,
  pending: [...disk.pending, ...changes],
})

export const withFile = (disk: Disk, at: number, file: File): Disk => ({
  ...disk,
  files: disk.files.with(at, file),
})

const directorySynced = (disk: Disk, path: string): Disk => {
  const own = disk.pending.filter((change) => parentOf(change.path) === path)
  const due = new Set<Change | null>(own.flatMap((change) => [change, change.after]))
  return {
    ...disk,
    names: disk.pending.filter((change) => due.has(change)).reduce(put, disk.names),
    pending: disk.pending.filter((change) => !due.has(change)),
  }
}

/** The disk after an operation. What the kernel would refuse is a bug of whoever asks, and thrown. */
export const apply = (disk: Disk, asked: Operation): Disk => {
  const { path } = asked
  const names = namesNow(disk)
  const refuse = (): never => {
    throw new Error(`no disk can ${asked.op} ${path} here`)
  }
  const isFree = (name: string): boolean =>
    !names.has(name) && (parentOf(name) === '' || names.get(parentOf(name)) === 'directory')
  const number = (): number => {
    const target = names.get(path)
    return typeof target === 'number' ? target : refuse()
  }
  const file = (): File => disk.files[number()] ?? refuse()
  const isDirectory = path === '' || names.get(path) === 'directory'
  const isEmpty = ![...names.keys()].some((name) => parentOf(name) === path)
  switch (asked.op) {
    case 'create': {
      const { mode } = asked
      const made = { ...disk, files: [...disk.files, { text: '', mode, down: { text: '', mode } }] }
      return isFree(path) ? changed(made, { path, to: disk.files.length, after: null }) : refuse()
    }
    case 'write':
      return withFile(disk, number(), { ...file(), text: file().text + asked.text })
    case 'chmod':
      return withFile(disk, number(), { ...file(), mode: asked.mode })
    case 'sync':
      return withFile(disk, number(), { ...file(), down: { text: file().text, mode: file().mode } })
    case 'sync-directory':
      return isDirectory ? directorySynced(disk, path) : refuse()
    case 'rename': {
      const there: Change = { path: asked.to, to: number(), after: null }
      const canBe = isFree(asked.to) || typeof names.get(asked.to) === 'number'
      return canBe ? changed(disk, there, { path, to: null, after: there }) : refuse()
    }
    case 'link':
      return isFree(asked.to) ? changed(disk, { path: asked.to, to: number(), after: null }) : refuse()
    case 'unlink':
      number()
      return changed(disk, { path, to: null, after: null })
    case 'mkdir':
      return isFree(path) ? changed(disk, { path, to: 'directory', after: null }) : refuse()
    case 'rmdir':
      return isDirectory && isEmpty ? changed(disk, { path, to: null, after: null }) : refuse()
  }
}

export const applyAll = (disk: Disk, asked: readonly Operation[]): Disk => asked.reduce(apply, disk)

/** The names that somebody can get at: those whose directories are there. */
export const reachable = (names: Names): Names => {
  const isThere = (path: string): boolean =>
    path === '' || (names.get(path) === 'directory' && isThere(parentOf(path)))
  return new Map([...names].filter(([path]) => isThere(parentOf(path))))
}

/** What a reader sees now, by path. */
export const look = (disk: Disk): ReadonlyMap<string, Found> =>
  new Map(
    [...reachable(namesNow(disk))].sort().map(([path, target]): [string, Found] => {
      if (target === 'directory') return [path, target]
      const { text = '', mode = 0 } = disk.files[target] ?? {}
      return [path, { text, mode, file: target }]
    }),
  )

/** The disk once all that was asked of it is down, as after sync(2). */
export const settled = (disk: Disk): Disk => ({
  files: disk.files.map(({ text, mode }) => ({ text, mode, down: { text, mode } })),
  names: namesNow(disk),
  pending: [],
})

const makesPath = (path: string, text: string | null, mode: number): readonly Operation[] =>
  text === null
    ? [{ op: 'mkdir', path }]
    : [
        { op: 'create', path, mode },
        { op: 'write', path, text },
      ]

/** A disk with nothing pending, of paths in the order of their making: one with a text is a file, without a directory. */
export const diskWith = (paths: Readonly<Record<string, string | null>>, mode = 0o600): Disk =>
  settled(
    applyAll(
      EMPTY,
      Object.entries(paths).flatMap(([path, text]) => makesPath(path, text, mode)),
    ),
  )
