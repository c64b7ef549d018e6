import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { type Failure, failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import { bytesOf, ROOM, wrapped } from './bytes.js'
import type { Duplex, Opening } from './duplex.js'
import { translate } from './failures.js'
import { StreamInit } from './gen/containerd/services/streaming/v1/streaming.js'
import { type StreamAddress, streamAddress } from './stream-address.js'
import { broken, GIVEN_UP, type Trouble } from './trouble.js'
import { ttrpcDuplex } from './ttrpc-duplex.js'

/** Bytes that somebody else writes. */
export interface ByteSource {
  /**
   * For one reader. The writer is held up while nothing is taken. What was taken last before the end tells which end
   * it was: a left is a stream that broke. Never throws.
   */
  readonly chunks: AsyncIterable<Either<Failure, Uint8Array>>
  /** Lets go of the stream; a reader that waits is told the end. */
  readonly close: () => void
}

const SERVICE = 'containerd.services.streaming.v1.Streaming'

const begin = async (
  { protocol, socket, id }: StreamAddress,
  metadata: Opening['metadata'],
): Promise<Duplex> => {
  const first = wrapped('containerd.services.streaming.v1.StreamInit', StreamInit.encode({ id }).finish())
  const opening: Opening = { socket, service: SERVICE, method: 'Stream', first, metadata }
  if (protocol === 'ttrpc') return ttrpcDuplex(opening, ROOM)
  const { grpcDuplex } = await import('./grpc-duplex.js')
  return grpcDuplex(opening, ROOM)
}

/** Begins a stream, and waits until the other side has said that it is there, whatever it says. */
export const streamAt = async (
  address: StreamAddress,
  metadata: Opening['metadata'],
  signal: Signal,
): Promise<Either<Trouble, Duplex>> => {
  const duplex = await begin(address, metadata)
  const giveUp = (): void => duplex.close()
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  const first = await duplex.next()
  signal.removeEventListener('abort', giveUp)
  if (signal.aborted) return left(GIVEN_UP)
  if (isLeft(first)) return first
  return first.right === null ? left(broken('the stream ended before it began')) : right(duplex)
}

/** Opens the stream at an address, with metadata of the caller's own. */
export const openStreamAt =
  (address: StreamAddress, metadata: Opening['metadata'], signal: Signal): TaskEither<Failure, ByteSource> =>
  async () => {
    const fail = translate(`read stream ${address.id}`, `stream service at ${address.socket}`)
    const duplex = await streamAt(address, metadata, signal)
    if (isLeft(duplex)) return left(fail(duplex.left))
    return right({ chunks: bytesOf(duplex.right, fail), close: duplex.right.close })
  }

/**
 * Opens a stream of containerd's streaming service for reading, as a sandbox offers one for each output of a
 * container.
 *
 * @param url - `ttrpc+unix:///path?streaming_id=id`, or with `grpc`; anything else is `Malformed`
 * @param signal - bounds only the opening
 */
export const openStream = (url: string, signal: Signal): TaskEither<Failure, ByteSource> => {
  const address = streamAddress(url)
  if (isLeft(address)) {
    const of = `stream ${JSON.stringify(url.slice(0, 200))}`
    return async () => left(failure('Malformed', 'read stream', of, address.left, { mayHaveHappened: false }))
  }
  return openStreamAt(address.right, new Map(), signal)
}
