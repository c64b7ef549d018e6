import { isValidId } from './ids.js'
import type { BaseSeen } from './observation.js'
import type { Base, FileKind } from './records.js'

/** What becomes of one child of the four directories that is named after nothing listed. */
export interface Orphan {
  readonly base: Base
  readonly name: string
  readonly path: string
  readonly action: 'remove' | 'keep'
  readonly reason: string
}

/** The share of one kind's directories from which on a removal is taken for the sign of a bad listing (L13). */
export const ORPHAN_SHARE = 0.5

/** Everything that was listed. A directory of any of these ids is nobody's orphan. */
export interface Listed {
  readonly containers: readonly string[]
  /** With a container record or in the sandbox store */
  readonly sandboxes: readonly string[]
  /** null: they could not be listed */
  readonly tasks: readonly string[] | null
}

interface Child {
  readonly base: Base
  readonly name: string
  readonly path: string
  readonly kind: FileKind
}

const childrenOf = ({ base, path, entries }: BaseSeen): readonly Child[] =>
  entries === null || typeof entries === 'string'
    ? []
    : entries.map(({ name, kind }) => ({ base, name, path: `${path}/${name}`, kind }))

/** Why nothing of a kind is removed at all, whatever its name; null where nothing speaks against it. */
const objection = (
  kind: Base['kind'],
  children: readonly Child[],
  known: ReadonlySet<string>,
  listed: Listed,
  force: boolean,
): string | null => {
  if (known.size === 0)
    return 'nothing at all is listed, so a listing says nothing about it; is the namespace right?'
  if (listed.tasks === null) return 'the tasks could not be listed, so one may still live in it'
  if (force) return null
  if (listed[kind].length === 0) return `no ${kind} are listed: nothing is removed without --force`
  const directories = children.filter((child) => child.base.kind === kind && child.kind === 'directory')
  const unknown = directories.filter(({ name }) => isValidId(name) && !known.has(name))
  return unknown.length > directories.length * ORPHAN_SHARE
    ? `${unknown.length} of ${directories.length} directories of ${kind} belong to nobody: too many to be true, nothing is removed without --force`
    : null
}

/**
 * The directories that belong to nobody, and what is to be done about each (reference: cleanupOrphanedIDDirs).
 * Stricter than the reference in both profiles, for a deletion is not undone: only real directories with a valid
 * name that is in none of the listings, never more than a share of a kind without `force`, and never any where
 * nothing at all is listed, or where a listing failed.
 */
export const orphansOf = (bases: readonly BaseSeen[], listed: Listed, force: boolean): readonly Orphan[] => {
  const known = new Set([...listed.containers, ...listed.sandboxes, ...(listed.tasks ?? [])])
  const children = bases.flatMap(childrenOf)
  const objections = {
    sandboxes: objection('sandboxes', children, known, listed, force),
    containers: objection('containers', children, known, listed, force),
  }
  return children
    .filter(({ name, kind }) => !known.has(name) || kind !== 'directory')
    .map(({ base, name, path, kind }): Orphan => {
      const of = { base, name, path }
      if (kind !== 'directory') return { ...of, action: 'keep', reason: `not a directory (${kind})` }
      if (!isValidId(name)) return { ...of, action: 'keep', reason: 'not a name that containerd gives' }
      const reason = objections[base.kind]
      return reason === null
        ? { ...of, action: 'remove', reason: 'no container or sandbox of this id is listed' }
        : { ...of, action: 'keep', reason }
    })
}
