import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'

/** What a generated service definition says of one call. */
export interface Method<Request, Response> {
  readonly path: string
  readonly requestSerialize: (request: Request) => Buffer
  readonly responseDeserialize: (response: Buffer) => Response
}

/** One channel carries both the CRI and containerd's own services. */
export interface Connection {
  readonly call: <Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    deadlineMs?: number,
  ) => Promise<Response>
  readonly close: () => void
}

export const connect = (address: string): Connection => {
  const client = new Client(`unix:${address}`, credentials.createInsecure(), {
    // Go's servers refuse the empty authority that a socket path would give.
    'grpc.default_authority': 'localhost',
    'grpc.max_receive_message_length': 16 << 20,
    // A new containerd at the same path is not to be looked for on the old connection.
    'grpc.use_local_subchannel_pool': 1,
    // A socket that is not there yet soon will be.
    'grpc.initial_reconnect_backoff_ms': 20,
    'grpc.max_reconnect_backoff_ms': 100,
  })
  const metadata = new Metadata()
  metadata.set('containerd-namespace', 'k8s.io')
  return {
    call: (method, request, deadlineMs = 60_000) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          metadata,
          { deadline: Date.now() + deadlineMs },
          (error, response) => {
            if (error === null && response !== undefined) resolve(response)
            else reject(new Error(`${method.path}: ${error?.message ?? 'no answer'}`, { cause: error }))
          },
        )
      }),
    close: () => client.close(),
  }
}

/** The gRPC code of a failed call. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof Error ? (error.cause as ServiceError | undefined)?.code : undefined
