import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { isDigest, lookupName, printReference, type Reference, readReference } from './cri-reference.js'
import { type ImageContent, isPinned } from './images.js'
import type { ImageSeen } from './observation.js'
import type { ImageRecord } from './records.js'

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

/** What is the same under all of an image's names, and the records of these. */
interface Found {
  readonly content: Extract<ImageContent, { readonly status: 'complete' }>
  readonly records: ImageRecord[]
}

const merge = ({ content, records }: Found): CriImage => {
  const references = records
    .map(({ name }) => readReference(name))
    .filter((reference) => reference !== null)
    .filter(({ name }) => name !== null)
  const printed = (which: (reference: Reference) => boolean): readonly string[] =>
    references.filter(which).map(printReference).sort()
  return {
    id: content.id,
    tags: printed(({ tag, digest }) => tag !== null && digest === null),
    // What says most comes first (reference: distribution/reference Sort).
    digests: [
      ...printed(({ tag, digest }) => tag !== null && digest !== null),
      ...printed(({ tag, digest }) => tag === null && digest !== null),
    ],
    size: content.size,
    pinned: records.some(({ labels }) => isPinned(labels)),
    user: content.user,
    diffIds: content.diffIds,
  }
}

/**
 * Joins the records of each image. What is not wholly there is left out, as containerd does (reference: CheckImages,
 * imagestore.Update).
 */
export const indexImages = (images: Iterable<ImageSeen>): ImageIndex => {
  const found = new Map<string, Found>()
  const idOf = new Map<string, string>()
  for (const { record, content } of images) {
    if (content.status !== 'complete') continue
    idOf.set(record.name, content.id)
    const same = found.get(content.id)
    if (same === undefined) found.set(content.id, { content, records: [record] })
    else same.records.push(record)
  }
  return { byId: new Map([...found].map(([id, same]) => [id, merge(same)])), idOf }
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
  const uid = BigInt(first)
  return BigInt.asIntN(64, uid) === uid ? { uid, name: '' } : { uid: null, name: first }
}
