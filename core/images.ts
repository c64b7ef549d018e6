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
    }
  | { readonly status: 'incomplete'; readonly id: string | null; readonly missing: readonly string[] }
  | { readonly status: 'missing'; readonly id: null; readonly why: string }

export const PINNED_LABEL = 'io.cri-containerd.pinned'
export const PINNED_VALUE = 'pinned'

export interface Platform {
  readonly os: string
  readonly architecture: string
}

const Descriptor = t.type({ digest: t.string })
const Index = t.type({
  manifests: t.array(
    t.intersection([
      Descriptor,
      t.partial({ platform: t.union([t.type({ os: t.string, architecture: t.string }), t.null]) }),
    ]),
  ),
})
const Manifest = t.type({ config: Descriptor, layers: t.array(Descriptor) })
const Config = t.type({ rootfs: t.type({ diff_ids: t.array(t.string) }) })

/** What a manifest names: the config, and the layers from the lowest up. */
export interface Needs {
  readonly config: string
  readonly layers: readonly string[]
}

/** An index leads to further documents, a manifest to the content itself. */
export type Target =
  | { readonly kind: 'index'; readonly candidates: readonly string[] }
  | { readonly kind: 'manifest'; readonly needs: Needs }

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
    return right({ kind: 'manifest', needs: { config: config.digest, layers: layers.map((l) => l.digest) } })
  }
  const index = Index.decode(json.right)
  if (isLeft(index)) return left('neither a manifest nor an index')
  const { manifests } = index.right
  const fitting = manifests.filter(
    ({ platform: p }) => p != null && p.os === platform.os && p.architecture === platform.architecture,
  )
  const unnamed = manifests.filter(({ platform: p }) => p == null)
  return right({ kind: 'index', candidates: [...fitting, ...unnamed].map(({ digest }) => digest) })
}

/** The diff IDs of an image's layers, lowest first. */
export const readDiffIds = (text: string): Either<string, readonly string[]> => {
  const json = parse(text)
  if (isLeft(json)) return left('not JSON')
  const config = Config.decode(json.right)
  return isLeft(config) ? left('not an image config') : right(config.right.rootfs.diff_ids)
}

export const isPinned = (labels: ReadonlyMap<string, string>): boolean =>
  labels.get(PINNED_LABEL) === PINNED_VALUE
