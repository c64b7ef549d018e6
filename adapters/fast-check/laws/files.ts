import { isRight } from 'fp-ts/lib/Either.js'
import { type Checkpoint, decodeCheckpoint } from '../../../core/checkpoint.js'
import { BASES } from '../../../core/records.js'
import type { FileEntry, World } from '../../memory/index.js'

/** The files of a world, as one who looks past the ports sees them. */

export const entryAt = (world: World, path: string): FileEntry | undefined =>
  world.files.find((file) => file.in === 'root' && file.path === path)

/** Content as a text; null where it is no file, or one that gives none. */
const textOf = (file: FileEntry | undefined): string | null => {
  if (file === undefined || file.kind !== 'file' || file.unreadable !== null || file.bytes !== null)
    return null
  return file.text ?? Buffer.from(file.base64 ?? '', 'base64').toString()
}

export const textAt = (world: World, id: string): string | null =>
  textOf(entryAt(world, `containers/${id}/status`))

/** A container's checkpoint where it can be read. */
export const checkpointAt = (world: World, id: string): Checkpoint | null => {
  const text = textAt(world, id)
  const read = text === null ? null : decodeCheckpoint(text)
  return read !== null && isRight(read) ? read.right : null
}

export const sameBody = (a: FileEntry, b: FileEntry): boolean =>
  a.kind === b.kind &&
  a.text === b.text &&
  a.base64 === b.base64 &&
  a.bytes === b.bytes &&
  a.unreadable === b.unreadable

/** A child of one of the four bases. */
export interface Child {
  readonly in: 'root' | 'state'
  readonly path: string
  readonly name: string
  readonly isDirectory: boolean
}

const childrenOf = (world: World, at: 'root' | 'state', kind: string): readonly Child[] => {
  const below = world.files.filter((file) => file.in === at && file.path.startsWith(`${kind}/`))
  const names = [...new Set(below.map((file) => file.path.split('/')[1] ?? ''))]
  return names.map((name) => {
    const path = `${kind}/${name}`
    const self = below.find((file) => file.path === path)
    return { in: at, path, name, isDirectory: self === undefined || self.kind === 'directory' }
  })
}

export const children = (world: World): readonly Child[] =>
  BASES.flatMap((base) => childrenOf(world, base.of, base.kind))
