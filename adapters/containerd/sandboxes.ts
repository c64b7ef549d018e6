import { status } from '@grpc/grpc-js'
import { bimap } from 'fp-ts/lib/Either.js'
import { flow, pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SandboxReply, StoredSandbox } from '../../core/records.js'
import { nanoseconds } from '../../core/timestamp.js'
import type { Sandboxes } from '../../ports/sandboxes.js'
import { type CallFailure, unary } from './call.js'
import type { Channel } from './channel.js'
import { changing, reading, translate } from './failures.js'
import {
  ControllerService,
  type ControllerStatusResponse,
  StoreService,
} from './gen/containerd/services/sandbox/v1/sandbox.js'
import type { Sandbox } from './gen/containerd/types/sandbox.js'
import { extensions } from './records.js'
import { exit, watching } from './watch.js'

const stored = (s: Sandbox): StoredSandbox => ({
  id: s.sandboxId,
  sandboxer: s.sandboxer,
  createdAt: nanoseconds(s.createdAt) ?? 0n,
  extensions: extensions(s.extensions),
})

const reply = ({ state, pid, address, version }: ControllerStatusResponse): SandboxReply => ({
  state,
  pid,
  address,
  version,
})

/** What has a text and no code: that a sandbox is not there, said by 1.7's store and by the CRI's controller. */
const UNSTORED = /: bucket not found$/
const UNWATCHED = /^failed to get exit channel\./

const codedAs =
  (notFound: RegExp) =>
  (f: CallFailure): CallFailure =>
    notFound.test(f.details) ? { ...f, code: status.NOT_FOUND } : f

const getStatus =
  (channel: Channel, verb: string): Sandboxes['status'] =>
  (id, sandboxer, signal) =>
    pipe(
      unary(channel, ControllerService.status, { sandboxId: id, sandboxer, verbose: false }, signal),
      TE.bimap(translate(channel, reading(`${verb} sandbox ${id}`)), reply),
    )

/** The sandbox store and its controllers over gRPC. */
export const sandboxes = (channel: Channel): Sandboxes => ({
  list: (signal) =>
    pipe(
      unary(channel, StoreService.list, { filters: [] }, signal),
      TE.map(({ list }): readonly StoredSandbox[] | null => list.map(stored)),
      TE.orElse((f) => (f.code === status.UNIMPLEMENTED ? TE.right(null) : TE.left(f))),
      TE.mapLeft(translate(channel, reading('list stored sandboxes'))),
    ),
  status: getStatus(channel, 'get the status of'),
  watch: (id, sandboxer, signal) =>
    watching(
      (waiting) => unary(channel, ControllerService.wait, { sandboxId: id, sandboxer }, waiting),
      bimap(flow(codedAs(UNWATCHED), translate(channel, reading(`watch sandbox ${id}`))), exit),
      getStatus(channel, 'watch')(id, sandboxer, signal),
    ),
  forget: (id, signal) =>
    pipe(
      unary(channel, StoreService.delete, { sandboxId: id }, signal),
      TE.mapLeft(codedAs(UNSTORED)),
      TE.bimap(translate(channel, changing(`delete stored sandbox ${id}`)), () => undefined),
    ),
})
