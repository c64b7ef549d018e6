import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, ServerCredentials, type ServiceError, StatusBuilder, type status } from '@grpc/grpc-js'
import { afterEach } from 'vitest'
import { type Containerd, connect } from '../../../adapters/containerd/index.js'

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

export const refusal = (code: status): Partial<ServiceError> =>
  new StatusBuilder().withCode(code).withDetails('in its own words').build()

/** A containerd that answers as it is told; what it is not told, it has not implemented. */
export const containerd = async (
  tell: (server: Server) => void,
  namespace = 'k8s.io',
): Promise<Containerd> => {
  const dir = mkdtempSync(join(tmpdir(), 'crs-'))
  const server = new Server()
  tell(server)
  const socket = join(dir, 's')
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix://${socket}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    )
  })
  const client = connect({ socket, namespace })
  cleanups.push(() => {
    client.close()
    server.forceShutdown()
    rmSync(dir, { recursive: true })
  })
  return client
}
