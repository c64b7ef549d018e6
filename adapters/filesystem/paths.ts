import { join } from 'node:path'
import { isValidId } from '../../core/ids.js'
import type { Base, FileKind } from '../../core/records.js'
import { Trouble } from './errors.js'

/** containerd's CRI folders: `root` survives a reboot, `state` need not. */
export interface Roots {
  readonly root: string
  readonly state: string
}

/** Where a base stands. */
export const basePath = (roots: Roots, base: Base): string => join(roots[base.of], base.kind)

/** Lets nothing but a valid identifier become a part of a path. */
export const checkId = (id: string): void => {
  if (!isValidId(id)) throw new Trouble('Malformed', `${JSON.stringify(id)} is no valid identifier`)
}

/** The part that `Stats` and `Dirent` share. */
interface Kinded {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}

/** What kind of thing a directory entry is. */
export const kindOf = (entry: Kinded): FileKind => {
  if (entry.isFile()) return 'file'
  if (entry.isDirectory()) return 'directory'
  if (entry.isSymbolicLink()) return 'symlink'
  if (entry.isFIFO()) return 'fifo'
  return entry.isSocket() ? 'socket' : 'device'
}

const TEMPORARY = /^\.tmp-status\d{1,10}$/

/** The name of a write under way, as containerd's own atomic writer would choose it (Go's `CreateTemp`). */
export const temporaryName = (random: number): string => `.tmp-status${random}`

/** Whether an interrupted write, ours or containerd's, leaves files of this name. */
export const isTemporaryName = (name: string): boolean => TEMPORARY.test(name)
