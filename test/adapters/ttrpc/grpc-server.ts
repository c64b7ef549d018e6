import { join } from 'node:path'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { afterEach } from 'vitest'
import { folder } from './server.js'

/** A shim that speaks gRPC, and does what a test wants of it. */

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown()
})

/** A server that is shut down after the test. */
export const newServer = (): Server => {
  const server = new Server()
  servers.push(server)
  return server
}

/** Listens, and tells the socket's path. */
export const bound = (server: Server): Promise<string> => {
  const path = join(folder(), 's')
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix://${path}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve(path) : reject(error),
    )
  })
}

const same = (bytes: Buffer): Buffer => bytes

/** What a method is by its path, with messages as they are on the wire. */
export const method = (path: string, streams: boolean) => ({
  path,
  requestStream: streams,
  responseStream: streams,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})

type Handler = (call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) => void

/** Serves one version of the task service. */
export const grpcShim = (methods: Readonly<Record<string, Handler>>, version = 'v3'): Promise<string> => {
  const server = newServer()
  const names = Object.keys(methods)
  const service = `/containerd.task.${version}.Task`
  server.addService(
    Object.fromEntries(names.map((name) => [name, method(`${service}/${name}`, false)])),
    methods,
  )
  return bound(server)
}
