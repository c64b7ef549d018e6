import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Client,
  type ClientReadableStream,
  credentials,
  type Metadata,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { afterEach } from 'vitest'
import { type CriOptions, type CriServer, criServer } from '../../../adapters/cri/index.js'
import { rightOf } from '../../../adapters/fast-check/either.js'
import type { Service } from '../../../ports/service.js'
import { type Served, served } from './served.js'

/** A CRI server over a node in memory, on a real socket, and a real client that asks it. */

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

export interface Asker {
  /** The answer; a refusal is thrown as the ServiceError that it is. */
  readonly ask: <Q, A>(method: MethodDefinition<Q, A>, request: Q) => Promise<A>
  /** The code and words of a refusal. */
  readonly refused: <Q, A>(
    method: MethodDefinition<Q, A>,
    request: Q,
  ) => Promise<{ code: number; details: string }>
  /** The trailer that came with an answer. */
  readonly trailer: <Q, A>(method: MethodDefinition<Q, A>, request: Q) => Promise<Metadata>
  /** A call that goes on while the test does. */
  readonly begin: <Q, A>(
    method: MethodDefinition<Q, A>,
    request: Q,
  ) => { readonly cancel: () => void; readonly code: Promise<number> }
  readonly stream: <Q, A>(method: MethodDefinition<Q, A>, request: Q) => ClientReadableStream<A>
}

export interface Setup extends Asker {
  readonly node: Served
  readonly server: CriServer
  readonly path: string
}

export const socketPath = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'cri.sock')
}

const same = (bytes: Buffer): Buffer => bytes

/** A call by its name, whatever it says: bytes both ways. */
export const named = (path: string): MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})

export const client = (path: string): Asker => {
  const grpc = new Client(`unix:${path}`, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': 64 << 20,
  })
  undo.push(() => grpc.close())
  const once = <Q, A>(method: MethodDefinition<Q, A>, request: Q) =>
    new Promise<{ error: ServiceError | null; reply: A | undefined; trailer: Metadata }>((resolve) => {
      let said: { error: ServiceError | null; reply: A | undefined } = { error: null, reply: undefined }
      grpc
        .makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          (error, reply) => {
            said = { error, reply }
          },
        )
        .on('status', ({ metadata }) => setImmediate(() => resolve({ ...said, trailer: metadata })))
    })
  return {
    ask: async (method, request) => {
      const { error, reply } = await once(method, request)
      if (reply === undefined) throw error ?? new Error('no answer')
      return reply
    },
    refused: async (method, request) => {
      const { error } = await once(method, request)
      if (error === null) throw new Error('it was answered')
      return { code: error.code, details: error.details }
    },
    begin: <Q, A>(method: MethodDefinition<Q, A>, request: Q) => {
      const call = grpc.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        () => {},
      )
      return {
        cancel: () => call.cancel(),
        code: new Promise<number>((resolve) => call.on('status', ({ code }) => resolve(code))),
      }
    },
    trailer: async (method, request) => (await once(method, request)).trailer,
    stream: (method, request) =>
      grpc.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request),
  }
}

/** A server that does not listen yet. */
export const idle = (): CriServer => {
  const server = criServer(served().service, { version: '0.1.0' })
  undo.push(() => server.close(0))
  return server
}

/** @param twist - makes of the node's service one that behaves otherwise */
export const setup = async (
  options: Partial<CriOptions> = {},
  twist: (service: Service) => Service = (service) => service,
): Promise<Setup> => {
  const node = served()
  const path = socketPath()
  const server = criServer(twist(node.service), { version: '0.1.0', ...options })
  rightOf(await server.listen(path)())
  undo.push(() => server.close(0))
  return { node, server, path, ...client(path) }
}
