import { type Either, left, right, tryCatch } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Signal } from '../../ports/signal.js'
import { encodeFrame, type Frame, frameDecoder, REQUEST, RESPONSE } from './frames.js'
import { Request, Response } from './gen/ttrpc/request.js'
import { connected } from './socket.js'
import { garbage, type Trouble } from './trouble.js'

/** One question to a method that takes one message and gives one. */
export interface Question {
  readonly service: string
  readonly method: string
  readonly payload: Buffer
  /** What the other side is told that it may take; null: as long as it likes. The caller's own patience is its signal. */
  readonly timeoutMs: number | null
  readonly metadata: ReadonlyMap<string, string>
}

/** A connection serves one call, so it has one stream, the first that a client may begin. */
const STREAM = 1
const NO_FLAGS = 0

const NANOSECONDS = 1_000_000n
const FOREVER = 0n

const bytesOf = ({ service, method, payload, timeoutMs, metadata }: Question): Buffer => {
  const request = Request.encode({
    service,
    method,
    payload,
    timeoutNano: timeoutMs === null ? FOREVER : BigInt(Math.ceil(timeoutMs)) * NANOSECONDS,
    metadata: [...metadata].map(([key, value]) => ({ key, value })),
  }).finish()
  return encodeFrame({ stream: STREAM, type: REQUEST, flags: NO_FLAGS, data: Buffer.from(request) })
}

/** Reads bytes that another process wrote. Any bytes may come. */
export const decode = <A>(message: { decode(bytes: Uint8Array): A }, bytes: Uint8Array): Either<Trouble, A> =>
  tryCatch(
    () => message.decode(bytes),
    (error) => garbage(`no protobuf message: ${error instanceof Error ? error.message : String(error)}`),
  )

const answer = ({ stream, type, data }: Frame): Either<Trouble, Buffer> => {
  if (stream !== STREAM) return left(garbage(`an answer on stream ${stream}, where ${STREAM} was asked`))
  return type === RESPONSE
    ? payloadOf(data)
    : left(garbage(`a message of type ${type} in place of an answer`))
}

/** What a response carries, or the status that it refuses with. */
export const payloadOf = (data: Buffer): Either<Trouble, Buffer> => {
  const response = decode(Response, data)
  if (response._tag === 'Left') return response
  const { status, payload } = response.right
  if (status !== undefined && status.code !== 0)
    return left({ kind: 'status', code: status.code, said: status.message })
  return right(payload)
}

/** Asks over ttrpc, on a connection of its own, and gives the payload of the answer. */
export const unary =
  (socket: string, question: Question, signal: Signal): TaskEither<Trouble, Buffer> =>
  () =>
    connected<Buffer>(socket, signal, (connection, settle) => {
      const decoder = frameDecoder()
      connection.on('data', (bytes: Buffer) => {
        const { frames, error } = decoder.push(bytes)
        const [first] = frames
        if (first !== undefined) settle(answer(first))
        else if (error !== null) settle(left(garbage(error)))
      })
      connection.write(bytesOf(question))
    })
