import { isRight } from 'fp-ts/lib/Either.js'
import { encodeCheckpoint } from './checkpoint.js'
import { type ContainerSeen, statusBefore } from './observation.js'
import type { Plan } from './plans.js'
import { type Status, sameOnDisk } from './status.js'
import type { Profile } from './transitions.js'

/** What is to be done to a container's files so that they say what its status says. In this order. */
export interface Commit {
  readonly makeDirectory: boolean
  /** Keep what stands there under another name first, byte for byte (L5) */
  readonly setAside: boolean
  /** The new content; null: the file already says it, or there is nothing certain to say (L17) */
  readonly write: string | null
}

const isDirectoryMissing = (seen: ContainerSeen): boolean =>
  seen.file.kind === 'missing' && !seen.file.directory

/**
 * The commit of a status. A readable checkpoint is written when it changed. One that cannot be read is written over
 * by `safe` only with something that was learnt, and by `reference` always, as containerd does (reference:
 * containerstore.WithStatus); what could not be read is set aside first in both.
 */
export const commitOf = (profile: Profile, seen: ContainerSeen, status: Status): Commit => {
  const unchanged = sameOnDisk(statusBefore(seen), status)
  if (isRight(seen.checkpoint)) {
    const write = unchanged ? null : encodeCheckpoint(status, seen.checkpoint.right.document)
    return { makeDirectory: false, setAside: false, write }
  }
  const makeDirectory = profile === 'safe' && isDirectoryMissing(seen)
  if (unchanged && profile === 'safe') return { makeDirectory, setAside: false, write: null }
  return { makeDirectory, setAside: seen.file.kind !== 'missing', write: encodeCheckpoint(status, null) }
}

/**
 * Why it is not even tried. A file that could not be read this once may well be read the next time, and says then what
 * is true (L5, L15, in both profiles). One of a later version belongs to a containerd that knows more than this
 * program, and `safe` leaves it to that one (F9). What is damaged for good is another matter.
 */
export const commitRefusal = (profile: Profile, seen: ContainerSeen, commit: Commit): string | null => {
  if (commit.write === null || isRight(seen.checkpoint)) return null
  if (seen.file.kind === 'unreadable')
    return `its checkpoint could not be read this time, and is not written over: ${seen.file.why}`
  return profile === 'safe' && seen.checkpoint.left.why === 'version'
    ? `its checkpoint is of another version, and is not written over: ${seen.checkpoint.left.detail}`
    : null
}

/**
 * Why writing is bound to fail, as far as it can be told by looking; null where it should work. A directory in the
 * file's place is neither replaced nor moved.
 */
export const commitObstacle = (profile: Profile, seen: ContainerSeen, commit: Commit): string | null => {
  if (commit.write === null) return null
  const refusal = commitRefusal(profile, seen, commit)
  if (refusal !== null) return refusal
  if (isDirectoryMissing(seen) && !commit.makeDirectory) return 'its directory is gone'
  return seen.file.kind === 'not-a-file' && seen.file.what === 'directory'
    ? 'a directory stands in its place'
    : null
}

/** An exit is on disk before the task that knows it is deleted (L6); all else is written once its outcome is known. */
export const isDurableFirst = (plan: Plan): boolean => plan.effect === 'delete-task'
