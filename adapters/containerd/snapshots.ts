import { status } from '@grpc/grpc-js'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as O from 'fp-ts/lib/Option.js'
import * as RA from 'fp-ts/lib/ReadonlyArray.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { each } from '../../ports/each.js'
import type { Signal } from '../../ports/signal.js'
import type { Snapshots, SnapshotUsage } from '../../ports/stats.js'
import { type CallFailure, fold, unary } from './call.js'
import type { Channel } from './channel.js'
import { reading, translate } from './failures.js'
import { IntrospectionService } from './gen/containerd/services/introspection/v1/introspection.js'
import { SnapshotsService } from './gen/containerd/services/snapshots/v1/snapshots.js'

/** To count what a snapshot takes, containerd walks through its files. */
const SIDE_BY_SIDE = 16
const SNAPSHOTTERS = 'io.containerd.snapshotter.v1'

const listKeys = (
  channel: Channel,
  snapshotter: string,
  signal: Signal,
): TE.TaskEither<CallFailure, readonly string[]> =>
  fold(
    channel,
    SnapshotsService.list,
    { snapshotter, filters: [] },
    (): string[] => [],
    (keys, { info }) => {
      for (const { name } of info) keys.push(name)
      return E.right(keys)
    },
    signal,
  )

const usageOf =
  (channel: Channel, snapshotter: string, signal: Signal) =>
  (key: string): TE.TaskEither<CallFailure, O.Option<SnapshotUsage>> =>
    pipe(
      unary(channel, SnapshotsService.usage, { snapshotter, key }, signal),
      TE.map(({ size, inodes }) => O.some({ key, bytes: size, inodes })),
      TE.orElse((f) => (f.code === status.NOT_FOUND ? TE.right(O.none) : TE.left(f))),
    )

/** What containerd tells of its snapshots, over gRPC. */
export const snapshots = (channel: Channel): Snapshots => ({
  usage: (snapshotter, signal) =>
    pipe(
      listKeys(channel, snapshotter, signal),
      TE.chain((keys) => async () => {
        const usage = usageOf(channel, snapshotter, signal)
        return E.sequenceArray(await each(SIDE_BY_SIDE, keys, (key) => usage(key)()))
      }),
      TE.bimap(translate(channel, reading(`count the snapshots of ${snapshotter}`)), RA.compact),
    ),
  folder: (snapshotter, signal) =>
    pipe(
      unary(channel, IntrospectionService.plugins, { filters: [`type==${SNAPSHOTTERS}`] }, signal),
      TE.bimap(
        translate(channel, reading(`get the folder of snapshotter ${snapshotter}`)),
        ({ plugins }) => plugins.find(({ id }) => id === snapshotter)?.exports.get('root') ?? null,
      ),
    ),
})
