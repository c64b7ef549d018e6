import { createHash } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { isLeft, isRight, left, right } from 'fp-ts/lib/Either.js'
import { type CriImage, imageUser, resolveImage } from '../../core/cri-images.js'
import { printJson } from '../../core/json.js'
import { type Handler, type Refusal, refusal } from './calls.js'
import type { Context } from './context.js'
import type {
  Image,
  ImageFsInfoRequest,
  ImageFsInfoResponse,
  ImageStatusRequest,
  ImageStatusResponse,
  ListImagesRequest,
  ListImagesResponse,
} from './gen/runtime/v1/image.js'
import { array, object, string } from './verbose.js'

const imageOf = (image: CriImage): Image => {
  const { uid, name } = imageUser(image.user)
  return {
    id: image.id,
    repoTags: image.tags,
    repoDigests: image.digests,
    size: image.size,
    uid: uid === null ? undefined : { value: uid },
    username: name,
    pinned: image.pinned,
  }
}

const ambiguous = (asked: string): Refusal =>
  refusal(status.UNKNOWN, `image ${JSON.stringify(asked)}: several ids begin like that`)

/** containerd lists all images whatever the filter says; here it is heeded, as the CRI has it. */
export const listImages =
  ({ service, images }: Context): Handler<ListImagesRequest, ListImagesResponse> =>
  async ({ filter }) => {
    const index = images(service.node().images)
    const asked = filter?.image?.image ?? ''
    if (asked === '') return right({ images: [...index.byId.values()].map(imageOf) })
    const image = resolveImage(index, asked)
    if (isLeft(image)) return left(ambiguous(asked))
    return right({ images: image.right === null ? [] : [imageOf(image.right)] })
  }

/** The name of the top layer's snapshot (OCI image spec: a digest over the diff IDs, lowest layer first). */
const chainId = (diffIds: readonly string[]): string =>
  diffIds.reduce(
    (below, diffId) =>
      below === '' ? diffId : `sha256:${createHash('sha256').update(`${below} ${diffId}`).digest('hex')}`,
    '',
  )

/** As far as the image's config is known here. */
const imageInfo = ({ diffIds, user }: CriImage): Map<string, string> => {
  const rootfs = object({ type: string('layers'), diff_ids: array(diffIds.map(string)) })
  const imageSpec = object({ config: object(user === '' ? {} : { User: string(user) }), rootfs })
  return new Map([['info', printJson(object({ chainID: string(chainId(diffIds)), imageSpec }))]])
}

/** No such image is an answer, and an empty one. */
export const imageStatus =
  ({ service, images }: Context): Handler<ImageStatusRequest, ImageStatusResponse> =>
  async ({ image, verbose }) => {
    const asked = image?.image ?? ''
    const found = resolveImage(images(service.node().images), asked)
    if (isLeft(found)) return left(ambiguous(asked))
    if (found.right === null) return right({ info: new Map() })
    return right({ image: imageOf(found.right), info: verbose ? imageInfo(found.right) : new Map() })
  }

const now = (): bigint => BigInt(Date.now()) * 1_000_000n

/**
 * What all snapshots take together (reference: ImageFsInfo; 2.1 tells image file systems only). Every image command of
 * crictl begins with this one, so it answers without numbers where containerd cannot be asked.
 */
export const imageFsInfo =
  ({ service }: Context): Handler<ImageFsInfoRequest, ImageFsInfoResponse> =>
  async (_, signal) => {
    const told = await service.snapshots(signal)()
    const usage = isRight(told) ? told.right : null
    const sum = (of: 'bytes' | 'inodes') =>
      usage === null ? undefined : { value: usage.usage.reduce((all, each) => all + each[of], 0n) }
    return right({
      imageFilesystems: [
        {
          timestamp: usage?.at ?? now(),
          fsId: { mountpoint: usage?.folder ?? '' },
          usedBytes: sum('bytes'),
          inodesUsed: sum('inodes'),
        },
      ],
      containerFilesystems: [],
    })
  }
