import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { isDigest, lookupName, printReference, type Reference, readReference } from './cri-reference.js'
import { isPinned } from './images.js'
import type { ImageSeen } from './observation.js'

/** Images as the CRI knows them: by the digest of their config, however many names lead there. */
export interface CriImage {
  readonly id: string
  readonly tags: readonly string[]
  /** By the digest of what was pulled, with a name */
  readonly digests: readonly string[]
  /** Bytes, compressed */
  readonly size: bigint
  readonly pinned: boolean
  /** As the image's config has it: `user`, `user:group`; empty where none is named */
  readonly user: string
  readonly diffIds: readonly string[]
}

/** All images that are wholly there, by id, and under which name each is found. */
export interface ImageIndex {
  readonly byId: ReadonlyMap<string, CriImage>
  readonly idOf: ReadonlyMap<string, string>
}

/** Names before digests, what says most first (reference: distribution/reference Sort). */
const rankOf = ({ name, tag, digest }: Reference): number => {
  if (name === null) return 5
  if (tag !== null) return digest === null ? 2 : 1
  return digest === null ? 4 : 3
}

const sorted = (names: readonly string[]): readonly Reference[] =>
  names
    .map(readReference)
    .filter((reference) => reference !== null)
    .map((reference) => ({ reference, rank: rankOf(reference), text: printReference(reference) }))
    .sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ reference }) => reference)

const merge = (id: string, found: readonly ImageSeen[]): CriImage | null => {
  const [first] = found
  if (first === undefined || first.content.status !== 'complete') return null
  const references = sorted(found.map(({ record }) => record.name)).filter(({ name }) => name !== null)
  const printed = (byDigest: boolean) =>
    references
      .filter(({ tag, digest }) => (byDigest ? digest !== null : digest === null && tag !== null))
      .map(printReference)
  return {
    id,
    tags: printed(false),
    digests: printed(true),
    size: first.content.size,
    pinned: found.some(({ record }) => isPinned(record.labels)),
    user: first.content.user,
    diffIds: first.content.diffIds,
  }
}

/**
 * Joins the records of each image. What is not wholly there is left out, as containerd does (reference: CheckImages,
 * imagestore.Update).
 */
export const indexImages = (images: Iterable<ImageSeen>): ImageIndex => {
  const found = new Map<string, ImageSeen[]>()
  const idOf = new Map<string, string>()
  for (const image of images) {
    if (image.content.status !== 'complete') continue
    const { id } = image.content
    idOf.set(image.record.name, id)
    const same = found.get(id)
    if (same === undefined) found.set(id, [image])
    else same.push(image)
  }
  const byId = new Map<string, CriImage>()
  for (const [id, same] of found) {
    const image = merge(id, same)
    if (image !== null) byId.set(id, image)
  }
  return { byId, idOf }
}

/** The one image whose id begins so, with or without its algorithm; the left side: there are several. */
const byPrefix = ({ byId }: ImageIndex, prefix: string): Either<'ambiguous', CriImage | null> => {
  if (prefix === '') return right(null)
  const whole = byId.get(prefix)
  if (whole !== undefined) return right(whole)
  const fitting = [...byId.values()].filter(({ id }) =>
    id.startsWith(prefix.includes(':') ? prefix : `${id.slice(0, id.indexOf(':') + 1)}${prefix}`),
  )
  if (fitting.length > 1) return left('ambiguous')
  return right(fitting[0] ?? null)
}

/**
 * The image that a client means: by id, by name with or without tag, by name and digest, by the beginning of an id
 * (reference: LocalResolve). null: there is none, which is an answer.
 */
export const resolveImage = (index: ImageIndex, asked: string): Either<'ambiguous', CriImage | null> => {
  const name = isDigest(asked) ? null : lookupName(asked)
  const id = name === null ? undefined : index.idOf.get(name)
  return byPrefix(index, id ?? asked)
}

/** What a container's image is shown as: its first tag and its first digest, where the image is still there. */
export const shownImage = (
  index: ImageIndex,
  imageRef: string,
): { readonly tag: string | null; readonly digest: string | null } => {
  const found = byPrefix(index, imageRef)
  const image = found._tag === 'Right' ? found.right : null
  return { tag: image?.tags[0] ?? null, digest: image?.digests[0] ?? null }
}

/** The user that an image names, by number or by name (reference: getUserFromImage). */
export const imageUser = (user: string): { readonly uid: bigint | null; readonly name: string } => {
  const [first = ''] = user.split(':', 1)
  if (!/^[+-]?[0-9]{1,19}$/.test(first)) return { uid: null, name: first }
  const uid = BigInt(first.replace(/^\+/, ''))
  return BigInt.asIntN(64, uid) === uid ? { uid, name: '' } : { uid: null, name: first }
}
