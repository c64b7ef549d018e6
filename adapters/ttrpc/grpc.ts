import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Signal } from '../../ports/signal.js'
import type { Question } from './call.js'
import { grpcClient, metadataOf, same, troubleOf } from './grpc-client.js'
import { probe } from './socket.js'
import { GIVEN_UP, type Trouble } from './trouble.js'

/** Asks over gRPC, on a connection of its own, and gives the answer's bytes. */
export const unary =
  (socket: string, question: Question, signal: Signal): TaskEither<Trouble, Buffer> =>
  async () => {
    // gRPC goes on trying a socket that nobody listens on, and tells why by its text alone.
    const there = await probe(socket, signal)
    if (isLeft(there)) return there
    const client = grpcClient(socket)
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
          metadataOf(question.metadata),
          question.timeoutMs === null ? {} : { deadline: Date.now() + question.timeoutMs },
          (error, reply) => {
            signal.removeEventListener('abort', giveUp)
            if (error !== null) resolve(left(troubleOf(error)))
            else resolve(right(reply ?? Buffer.alloc(0)))
          },
        )
      })
    } finally {
      client.close()
    }
  }
