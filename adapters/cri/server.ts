import { createServer, type Socket } from 'node:net'
import { Server, ServerCredentials, ServerInterceptingCall } from '@grpc/grpc-js'
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { type Failure, type FailureTag, failure } from '../../ports/failure.js'
import type { Service } from '../../ports/service.js'
import type { Watcher } from './calls.js'
import { type Context, imageIndexes } from './context.js'
import { DESCRIPTOR_SET } from './gen/descriptor-set.js'
import { addHealth } from './health.js'
import { addCri } from './offered.js'
import { specs } from './specs.js'

export interface CriOptions {
  /** cri-recover's own version */
  readonly version: string
  /** Told of each call once it has been answered: `runtime.v1.RuntimeService/Version`, `OK`, seconds */
  readonly onHandled?: Watcher['handled']
  readonly log?: Watcher['log']
}

export interface CriServer {
  /**
   * Begins to answer on a unix socket, which is there for its owner and group only from its first moment on. Who else
   * may stand at the path, and the folder that it lies in, are the caller's care (adapters/filesystem, `prepareSocket`).
   */
  readonly listen: (path: string) => TaskEither<Failure, void>
  /**
   * Takes no more calls, ends event streams once they are told what waits, and lets what is under way come to its end;
   * after `graceMs` it is cut off. The socket goes away. Closing twice is fine.
   */
  readonly close: (graceMs: number) => Promise<void>
}

const MIB = 1024 * 1024

const OPTIONS = {
  // What the CRI's clients take and send at most.
  'grpc.max_receive_message_length': 16 * MIB,
  'grpc.max_send_message_length': 16 * MIB,
  'grpc.enable_channelz': 0,
}

/** How often those who watch the health are told of a change. */
const HEALTH_MS = 250

/** rw for owner and group. */
const SOCKET_UMASK = 0o117
/** The kernel's limit on a socket's path, in bytes without the closing zero. */
const MAX_PATH = 107

const TAGS: Readonly<Record<string, FailureTag>> = {
  EADDRINUSE: 'AlreadyExists',
  EACCES: 'Denied',
  EPERM: 'Denied',
  ENOTDIR: 'NotFound',
}

const refused = (path: string, tag: FailureTag, said: string): Failure =>
  failure(tag, 'listen for the CRI', path, said, { mayHaveHappened: false })

/** null: it may be tried. An abstract socket has no permissions, so there is none for us. */
const misfit = (path: string): string | null => {
  if (!path.startsWith('/') || path.includes('\0')) return 'not an absolute path'
  return Buffer.byteLength(path) > MAX_PATH ? `longer than ${MAX_PATH} bytes` : null
}

/**
 * A server of the CRI's read side over what a serving node knows.
 *
 * @example
 * const server = criServer(service, { version: '0.1.0' })
 * await server.listen('/run/cri-recover/cri.sock')()
 */
export const criServer = (service: Service, options: CriOptions): CriServer => {
  const watcher: Watcher = {
    phase: () => service.node().phase,
    handled: options.onHandled ?? (() => {}),
    log: options.log ?? (() => {}),
  }
  const context: Context = {
    service,
    version: options.version,
    specs: specs(service),
    images: imageIndexes(),
  }
  const grpc = new Server({
    ...OPTIONS,
    interceptors: [
      (_, call) => {
        refreshHealth()
        return new ServerInterceptingCall(call)
      },
    ],
  })
  const endStreams = addCri(grpc, context, watcher)
  const refreshHealth = addHealth(grpc, service.node)
  new ReflectionService(loadFileDescriptorSetFromBuffer(Buffer.from(DESCRIPTOR_SET, 'base64'))).addToServer(
    grpc,
  )

  // Connections are taken here and handed on: gRPC's own binding happens some time after it is asked for, and the
  // umask, which is the whole process's, would have to stand changed until then.
  const door = createServer()
  const inside = grpc.createConnectionInjector(ServerCredentials.createInsecure())
  const connections = new Set<Socket>()
  door.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    inside.injectConnection(socket)
  })
  const health = setInterval(refreshHealth, HEALTH_MS).unref()

  const bind = (path: string): Promise<Either<Failure, void>> =>
    new Promise((resolve) => {
      const fail = (error: NodeJS.ErrnoException): void =>
        resolve(left(refused(path, TAGS[error.code ?? ''] ?? 'Unavailable', error.message)))
      door.once('error', fail)
      door.once('listening', () => {
        door.off('error', fail)
        // A connection that could not be taken is one less, and no reason to end.
        door.on('error', ({ message }) => watcher.log('error', `the socket of the CRI: ${message}`))
        resolve(right(undefined))
      })
      const before = process.umask(SOCKET_UMASK)
      door.listen({ path, exclusive: true })
      process.umask(before)
    })

  return {
    listen: (path) => async () => {
      const said = misfit(path)
      return said === null ? bind(path) : left(refused(path, 'Denied', said))
    },
    close: (graceMs) =>
      new Promise((resolve) => {
        clearInterval(health)
        refreshHealth()
        door.close()
        endStreams()
        const cut = setTimeout(() => {
          grpc.forceShutdown()
          // gRPC keeps no list of its sessions while channelz is off, and so ends none of them.
          for (const socket of connections) socket.destroy()
          resolve()
        }, graceMs)
        grpc.tryShutdown(() => {
          clearTimeout(cut)
          resolve()
        })
      }),
  }
}
