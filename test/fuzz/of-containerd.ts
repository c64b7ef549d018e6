import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js'
import { isRight, left } from 'fp-ts/lib/Either.js'
import { ContainersService } from '../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import { ContentService } from '../../adapters/containerd/gen/containerd/services/content/v1/content.js'
import { EventsService } from '../../adapters/containerd/gen/containerd/services/events/v1/events.js'
import { ImagesService } from '../../adapters/containerd/gen/containerd/services/images/v1/images.js'
import { IntrospectionService } from '../../adapters/containerd/gen/containerd/services/introspection/v1/introspection.js'
import {
  ControllerService,
  StoreService,
} from '../../adapters/containerd/gen/containerd/services/sandbox/v1/sandbox.js'
import { SnapshotsService } from '../../adapters/containerd/gen/containerd/services/snapshots/v1/snapshots.js'
import { TasksService } from '../../adapters/containerd/gen/containerd/services/tasks/v1/tasks.js'
import { VersionService } from '../../adapters/containerd/gen/containerd/services/version/v1/version.js'
import { type Containerd, connect } from '../../adapters/containerd/index.js'
import { checkAnswer, checkFailure } from './answers.js'
import { PROTOBUF_TOKENS } from './of-ttrpc.js'
import { holds, type Target } from './target.js'

/** The messages of a containerd that answers every call with the same bytes, through gRPC and into our own words. */

interface Method {
  readonly path: string
  readonly responseStream: boolean
}

const SERVICES: readonly Readonly<Record<string, Method>>[] = [
  ContainersService,
  ContentService,
  EventsService,
  ImagesService,
  IntrospectionService,
  ControllerService,
  StoreService,
  SnapshotsService,
  TasksService,
  VersionService,
]

const SIGNAL_MS = 20_000

const reply = { bytes: Buffer.alloc(0) }
type Ask = (containerd: Containerd, signal: AbortSignal) => Promise<void>

/** By the input’s first byte. */
const ASKED: readonly Ask[] = [
  async ({ containers }, signal) => checkAnswer(await containers.list('container', signal)()),
  async ({ containers }, signal) => checkAnswer(await containers.detail('web', signal)()),
  async ({ tasks }, signal) => checkAnswer(await tasks.list(signal)()),
  async ({ tasks }, signal) => checkAnswer(await tasks.delete('web', signal)()),
  async ({ tasks }, signal) => {
    const watch = await tasks.watch('web', signal)()
    checkAnswer(isRight(watch) ? await watch.right.exited : watch)
  },
  async ({ sandboxes }, signal) => checkAnswer(await sandboxes.list(signal)()),
  async ({ sandboxes }, signal) => checkAnswer(await sandboxes.status('pod', 'shim', signal)()),
  async ({ images }, signal) => checkAnswer(await images.list(signal)()),
  async ({ images }, signal) => checkAnswer(await images.readContent('sha256:1', 4096, signal)()),
  async ({ introspection }, signal) => checkAnswer(await introspection.plugins(signal)()),
  async ({ snapshots }, signal) => {
    // A call for each that is listed: fewer of them, but more inputs.
    reply.bytes = reply.bytes.subarray(0, 200)
    checkAnswer(await snapshots.usage('overlayfs', signal)())
  },
  async ({ events }, signal) => {
    const heard = (event: unknown) => checkAnswer({ _tag: 'Right', right: event })
    const subscription = await events.subscribe(heard, signal)()
    if (isRight(subscription)) checkFailure(await subscription.right.ended)
    else checkAnswer(left(subscription.left))
  },
]

const same = (bytes: Buffer): Buffer => bytes
const unary: handleUnaryCall<Buffer, Buffer> = (_, answer) => answer(null, reply.bytes)
const stream: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  call.write(reply.bytes)
  call.end()
}

interface Opened {
  readonly server: Server
  readonly folder: string
  readonly containerd: Containerd
}
let opened: Promise<Opened> | null = null

const open = async (): Promise<Opened> => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  const socket = join(folder, 's')
  const server = new Server()
  for (const { path, responseStream } of SERVICES.flatMap((service) => Object.values(service)))
    if (responseStream) server.register(path, stream, same, same, 'serverStream')
    else server.register(path, unary, same, same, 'unary')
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    )
  })
  return { server, folder, containerd: connect({ socket, namespace: 'k8s.io' }) }
}

export const CONTAINERD: Target = {
  name: 'containerd',
  decodes: 'containerd’s replies, record by record',
  tokens: [...PROTOBUF_TOKENS, '\x1a\x06k8s.io', 'containerd.events.TaskOOM'],
  run: async (bytes) => {
    opened ??= open()
    const { containerd } = await opened
    reply.bytes = Buffer.from(bytes.subarray(1))
    const signal = AbortSignal.timeout(SIGNAL_MS)
    setMaxListeners(0, signal)
    await ASKED[(bytes[0] ?? 0) % ASKED.length]?.(containerd, signal)
    holds(!signal.aborted, 'no answer')
  },
  close: async () => {
    if (opened === null) return
    const { server, folder, containerd } = await opened
    opened = null
    containerd.close()
    server.forceShutdown()
    rmSync(folder, { recursive: true })
  },
}
