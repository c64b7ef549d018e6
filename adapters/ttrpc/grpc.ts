import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Signal } from '../../ports/signal.js'
import type { Question } from './call.js'
import { MAX_DATA } from './frames.js'
import { probe } from './socket.js'
import { broken, GIVEN_UP, type Trouble } from './trouble.js'

const OPTIONS = {
  // Go's servers refuse the empty authority that a unix socket would have.
  'grpc.default_authority': 'localhost',
  'grpc.max_receive_message_length': MAX_DATA,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
}

const trouble = ({ code, details }: ServiceError): Trouble =>
  code === status.UNAVAILABLE ? broken(details) : { kind: 'status', code, said: details }

const metadataOf = ({ metadata }: Question): Metadata => {
  const made = new Metadata()
  for (const [key, value] of metadata) made.set(key, value)
  return made
}

const same = (bytes: Buffer): Buffer => bytes

/** Asks over gRPC, on a connection of its own, and gives the answer's bytes. */
export const unary =
  (socket: string, question: Question, signal: Signal): TaskEither<Trouble, Buffer> =>
  async () => {
    // gRPC goes on trying a socket that nobody listens on, and tells why by its text alone.
    const there = await probe(socket, signal)
    if (isLeft(there)) return there
    const client = new Client(`unix://${socket}`, credentials.createInsecure(), OPTIONS)
    try {
      return await new Promise((resolve) => {
        const giveUp = (): void => {
          resolve(left(GIVEN_UP))
          call.cancel()
        }
        signal.addEventListener('abort', giveUp)
        const call = client.makeUnaryRequest<Buffer, Buffer>(
          `/${question.service}/${question.method}`,
          same,
          same,
          question.payload,
          metadataOf(question),
          { deadline: Date.now() + question.timeoutMs },
          (error, reply) => {
            signal.removeEventListener('abort', giveUp)
            if (error !== null) resolve(left(trouble(error)))
            else resolve(right(reply ?? Buffer.alloc(0)))
          },
        )
      })
    } finally {
      client.close()
    }
  }
