import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { parse } from 'fp-ts/lib/Json.js'
import * as t from 'io-ts'

/** Image readiness: what an image needs, read from its own documents (reference: CheckImages; OCI image spec). */

/** What is there of an image for this platform. */
export type ImageContent =
  | {
      readonly status: 'complete'
      /** The image ID: its config's digest */
      readonly id: string
      readonly diffIds: readonly string[]
      /** Bytes as they were fetched: of this platform's documents and layers, by what names them */
      readonly size: bigint
      /** `user` or `user:group`, by name or number, that a container runs as by default; empty where none is named */
      readonly user: string
    }
  | { readonly status: 'incomplete'; readonly id: string | null; readonly missing: readonly string[] }
  | { readonly status: 'missing'; readonly id: null; readonly why: string }

export const PINNED_LABEL = 'io.cri-containerd.pinned'
export const PINNED_VALUE = 'pinned'

export interface Platform {
  readonly os: string
  readonly architecture: string
}

const Descriptor = t.intersection([t.type({ digest: t.string }), t.partial({ size: t.unknown })])
const Index = t.type({
  manifests: t.array(
    t.intersection([
      Descriptor,
      t.partial({ platform: t.union([t.type({ os: t.string, architecture: t.string }), t.null]) }),
    ]),
  ),
})
const Manifest = t.type({ config: Descriptor, layers: t.array(Descriptor) })
const Config = t.intersection([
  t.type({ rootfs: t.type({ diff_ids: t.array(t.string) }) }),
  t.partial({ config: t.union([t.partial({ User: t.union([t.string, t.null]) }), t.null]) }),
])

/** What a manifest names: the config, and the layers from the lowest up. */
export interface Needs {
  readonly config: string
  readonly layers: readonly string[]
  /** Bytes of all that is named */
  readonly size: bigint
}

export interface Candidate {
  readonly digest: string
  readonly size: bigint
}

/** An index leads to further documents, a manifest to the content itself. */
export type Target =
  | { readonly kind: 'index'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'manifest'; readonly needs: Needs }

/** What is no size counts for nothing (reference: CalculateImageUsage). */
const sizeOf = ({ size }: t.TypeOf<typeof Descriptor>): bigint =>
  typeof size === 'number' && Number.isSafeInteger(size) && size > 0 ? BigInt(size) : 0n

/**
 * Reads an index or a manifest; which of them it is, its own fields tell. An index's candidates are those that fit
 * the platform or name none, best first.
 */
export const readTarget = (text: string, platform: Platform): Either<string, Target> => {
  const json = parse(text)
  if (isLeft(json)) return left('not JSON')
  const manifest = Manifest.decode(json.right)
  if (manifest._tag === 'Right') {
    const { config, layers } = manifest.right
    const size = [config, ...layers].reduce((sum, each) => sum + sizeOf(each), 0n)
    const needs = { config: config.digest, layers: layers.map(({ digest }) => digest), size }
    return right({ kind: 'manifest', needs })
  }
  const index = Index.decode(json.right)
  if (isLeft(index)) return left('neither a manifest nor an index')
  const { manifests } = index.right
  const fitting = manifests.filter(
    ({ platform: p }) => p != null && p.os === platform.os && p.architecture === platform.architecture,
  )
  const unnamed = manifests.filter(({ platform: p }) => p == null)
  const candidates = [...fitting, ...unnamed].map((each) => ({ digest: each.digest, size: sizeOf(each) }))
  return right({ kind: 'index', candidates })
}

/** The diff IDs of an image's layers, lowest first, and whom it runs as. */
export const readConfig = (
  text: string,
): Either<string, { readonly diffIds: readonly string[]; readonly user: string }> => {
  const json = parse(text)
  if (isLeft(json)) return left('not JSON')
  const document = Config.decode(json.right)
  if (isLeft(document)) return left('not an image config')
  const { rootfs, config } = document.right
  return right({ diffIds: rootfs.diff_ids, user: config?.User ?? '' })
}

export const isPinned = (labels: ReadonlyMap<string, string>): boolean =>
  labels.get(PINNED_LABEL) === PINNED_VALUE
