import { createHash } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { left, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ImageRecord } from '../../core/records.js'
import type { Images } from '../../ports/images.js'
import { type CallFailure, EMPTY_REPLY, fold, unary } from './call.js'
import type { Channel } from './channel.js'
import { reading, translate } from './failures.js'
import { ContentService } from './gen/containerd/services/content/v1/content.js'
import { type Image, ImagesService } from './gen/containerd/services/images/v1/images.js'
import { SnapshotsService } from './gen/containerd/services/snapshots/v1/snapshots.js'

const record = (i: Image): ImageRecord => ({
  name: i.name,
  digest: i.target?.digest ?? '',
  mediaType: i.target?.mediaType ?? '',
  size: i.target?.size ?? 0n,
  labels: i.labels,
})

interface Blob {
  readonly pieces: Buffer[]
  readonly bytes: number
}

const tooLarge = (limit: number): CallFailure => ({
  code: status.RESOURCE_EXHAUSTED,
  details: `more than ${limit} bytes`,
  by: 'peer',
  begun: true,
})

/** The name under which a stack of layers is unpacked (OCI image spec): each digest seals the one below it. */
const chainId = (diffIds: readonly string[]): string =>
  diffIds.reduce(
    (below, id) =>
      below === '' ? id : `sha256:${createHash('sha256').update(`${below} ${id}`).digest('hex')}`,
    '',
  )

/** Image records, content and snapshots over gRPC. */
export const images = (channel: Channel): Images => ({
  list: (signal) =>
    pipe(
      unary(channel, ImagesService.list, { filters: [] }, signal),
      TE.bimap(translate(channel, reading('list images')), (r) => r.images.map(record)),
    ),
  contentSize: (digest, signal) =>
    pipe(
      unary(channel, ContentService.info, { digest }, signal),
      TE.chain(({ info }) => (info === undefined ? TE.left(EMPTY_REPLY) : TE.right(info.size))),
      TE.mapLeft(translate(channel, reading(`look up content ${digest}`))),
    ),
  readContent: (digest, limit, signal) =>
    pipe(
      fold(
        channel,
        ContentService.read,
        { digest, offset: 0n, size: 0n },
        (): Blob => ({ pieces: [], bytes: 0 }),
        ({ pieces, bytes }, { data }) => {
          if (bytes + data.length > limit) return left(tooLarge(limit))
          pieces.push(data)
          return right({ pieces, bytes: bytes + data.length })
        },
        signal,
      ),
      TE.bimap(translate(channel, reading(`read content ${digest}`)), ({ pieces }) =>
        Buffer.concat(pieces).toString('utf8'),
      ),
    ),
  unpacked: (snapshotter, diffIds, signal) =>
    pipe(
      unary(channel, SnapshotsService.stat, { snapshotter, key: chainId(diffIds) }, signal),
      TE.map(() => true),
      TE.orElse((f) => (f.code === status.NOT_FOUND ? TE.right(false) : TE.left(f))),
      TE.mapLeft(translate(channel, reading(`look up the top layer in snapshotter ${snapshotter}`))),
    ),
})
