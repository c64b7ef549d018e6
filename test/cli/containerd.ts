import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js'
import { ContainersService } from '../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import { ImagesService } from '../../adapters/containerd/gen/containerd/services/images/v1/images.js'
import { IntrospectionService } from '../../adapters/containerd/gen/containerd/services/introspection/v1/introspection.js'
import { TasksService } from '../../adapters/containerd/gen/containerd/services/tasks/v1/tasks.js'
import { VersionService } from '../../adapters/containerd/gen/containerd/services/version/v1/version.js'

export interface FakeContainerd {
  readonly close: () => void
}

const answer =
  <A>(reply: A) =>
  (_call: unknown, callback: sendUnaryData<A>): void =>
    callback(null, reply)

/**
 * A containerd with nothing in it, over real gRPC, for what only the way there can show.
 *
 * @param plugins - ids of its plugins that are up; null: a gRPC server that is no containerd at all
 */
export const fakeContainerd = async (
  path: string,
  plugins: readonly string[] | null,
): Promise<FakeContainerd> => {
  const server = new Server()
  if (plugins !== null) {
    server.addService(VersionService, { version: answer({ version: '2.1.9', revision: '' }) })
    server.addService(IntrospectionService, {
      plugins: answer({
        plugins: plugins.map((id) => ({
          type: 'io.containerd.grpc.v1',
          id,
          requires: [],
          capabilities: [],
          exports: new Map(),
        })),
      }),
    })
    server.addService(ContainersService, {
      listStream: (call: ServerWritableStream<unknown, unknown>) => call.end(),
    })
    server.addService(TasksService, { list: answer({ tasks: [] }) })
    server.addService(ImagesService, { list: answer({ images: [] }) })
  }
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix://${path}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    ),
  )
  return { close: () => server.forceShutdown() }
}
