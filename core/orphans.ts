import { isValidId } from './ids.js'
import type { BaseSeen } from './observation.js'
import type { Base } from './records.js'

/** What becomes of one child of the four directories that is named after nothing listed. */
export interface Orphan {
  readonly base: Base
  readonly name: string
  readonly path: string
  readonly action: 'remove' | 'keep'
  readonly reason: string
}

/** The share of all directories beyond which a removal is taken for the sign of a bad listing (L13). */
export const ORPHAN_SHARE = 0.5

const KEEP_KIND = 'not a directory'
const KEEP_NAME = 'not a name that containerd gives'

/**
 * The directories that belong to nobody, and what is to be done about each (reference: cleanupOrphanedIDDirs).
 * Stricter than the reference in both profiles, for a deletion is not undone: only real directories with a valid
 * name that is in none of the listings, and all are kept where they are more than a share of what is there.
 *
 * @param known - ids of containers, sandboxes and stored sandboxes together
 * @param force - the share does not matter
 */
export const orphansOf = (
  bases: readonly BaseSeen[],
  known: ReadonlySet<string>,
  force: boolean,
): readonly Orphan[] => {
  const children = bases.flatMap(({ base, path, entries }) =>
    Array.isArray(entries) ? entries.map((entry) => ({ base, path: `${path}/${entry.name}`, entry })) : [],
  )
  const directories = children.filter(({ entry }) => entry.kind === 'directory')
  const unknown = directories.filter(({ entry }) => isValidId(entry.name) && !known.has(entry.name))
  const tooMany = !force && unknown.length > directories.length * ORPHAN_SHARE
  const keepReason = `${unknown.length} of ${directories.length} directories belong to nobody: too many to be true, nothing is removed without --force`
  return children
    .filter(({ entry }) => !known.has(entry.name) || entry.kind !== 'directory')
    .map(({ base, path, entry }): Orphan => {
      const of = { base, name: entry.name, path }
      if (entry.kind !== 'directory') return { ...of, action: 'keep', reason: `${KEEP_KIND} (${entry.kind})` }
      if (!isValidId(entry.name)) return { ...of, action: 'keep', reason: KEEP_NAME }
      if (tooMany) return { ...of, action: 'keep', reason: keepReason }
      return { ...of, action: 'remove', reason: 'no container or sandbox of this id is listed' }
    })
}
