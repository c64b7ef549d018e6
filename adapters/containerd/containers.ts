import { right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ContainerRecord } from '../../core/records.js'
import { nanoseconds } from '../../core/timestamp.js'
import type { ContainerDetail, Containers } from '../../ports/containers.js'
import { EMPTY_REPLY, fold, unary } from './call.js'
import type { Channel } from './channel.js'
import { reading, translate } from './failures.js'
import { type Container, ContainersService } from './gen/containerd/services/containers/v1/containers.js'
import { extensions } from './records.js'

const record = (c: Container): ContainerRecord => ({
  id: c.id,
  labels: c.labels,
  image: c.image,
  runtime: c.runtime?.name ?? '',
  snapshotter: c.snapshotter,
  snapshotKey: c.snapshotKey,
  createdAt: nanoseconds(c.createdAt) ?? 0n,
  extensions: extensions(c.extensions),
})

const detail = ({ spec, runtime, snapshotter, snapshotKey, image }: Container): ContainerDetail => ({
  spec: spec?.value.toString('utf8') ?? '',
  runtime: runtime?.name ?? '',
  options: runtime?.options ?? null,
  snapshotter,
  snapshotKey,
  image,
})

/** Container records over gRPC, streamed: their specs together may exceed any limit on one message. */
export const containers = (channel: Channel): Containers => ({
  list: (kind, signal) =>
    pipe(
      fold(
        channel,
        ContainersService.listStream,
        { filters: [`labels."io.cri-containerd.kind"==${kind}`] },
        (): ContainerRecord[] => [],
        (records, { container }) => {
          if (container !== undefined) records.push(record(container))
          return right(records)
        },
        signal,
      ),
      TE.mapLeft(translate(channel, reading(`list containers of kind ${kind}`))),
    ),
  detail: (id, signal) =>
    pipe(
      unary(channel, ContainersService.get, { id }, signal),
      TE.chain(({ container }) =>
        container === undefined ? TE.left(EMPTY_REPLY) : TE.right(detail(container)),
      ),
      TE.mapLeft(translate(channel, reading(`get container ${id}`))),
    ),
})
