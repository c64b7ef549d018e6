import { status } from '@grpc/grpc-js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SandboxReply, StoredSandbox } from '../../core/records.js'
import type { Sandboxes } from '../../ports/sandboxes.js'
import { unary } from './call.js'
import type { Channel } from './channel.js'
import { changing, reading, translate } from './failures.js'
import {
  ControllerService,
  type ControllerStatusResponse,
  StoreService,
} from './gen/containerd/services/sandbox/v1/sandbox.js'
import type { Sandbox } from './gen/containerd/types/sandbox.js'
import { extensions, nanoseconds } from './records.js'

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

/** The sandbox store and its controllers over gRPC. */
export const sandboxes = (channel: Channel): Sandboxes => ({
  list: (signal) =>
    pipe(
      unary(channel, StoreService.list, { filters: [] }, signal),
      TE.map(({ list }): readonly StoredSandbox[] | null => list.map(stored)),
      TE.orElse((f) => (f.code === status.UNIMPLEMENTED ? TE.right(null) : TE.left(f))),
      TE.mapLeft(translate(channel, reading('list stored sandboxes'))),
    ),
  status: (id, sandboxer, signal) =>
    pipe(
      unary(channel, ControllerService.status, { sandboxId: id, sandboxer, verbose: false }, signal),
      TE.bimap(translate(channel, reading(`get the status of sandbox ${id}`)), reply),
    ),
  forget: (id, signal) =>
    pipe(
      unary(channel, StoreService.delete, { sandboxId: id }, signal),
      // 1.7 has this text for it and no code.
      TE.mapLeft((f) => (f.details.endsWith(': bucket not found') ? { ...f, code: status.NOT_FOUND } : f)),
      TE.bimap(translate(channel, changing(`delete stored sandbox ${id}`)), () => undefined),
    ),
})
