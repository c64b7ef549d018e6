import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Failure } from '../../ports/failure.js'
import { decode } from './call.js'
import type { Duplex } from './duplex.js'
import { Data, WindowUpdate } from './gen/containerd/types/transfer/streaming.js'
import { Any } from './gen/google/protobuf/any.js'
import { garbage, type Trouble } from './trouble.js'

/** How many bytes the other side is let send ahead at a time: two of its buffers. */
const WINDOW = 64 * 1024

/**
 * How few of them are left when more are let come. Not sooner: a window that opens as the other side closes the
 * stream may be the end of its process, see `requestFrame`.
 */
const LOW = WINDOW / 2

/** Less than two windows are open at once. What takes more room is held up at the connection. */
export const ROOM = 2 * WINDOW

/** A message as a stream carries it, with the full name of its type. */
export const wrapped = (typeUrl: string, value: Uint8Array): Buffer =>
  Buffer.from(Any.encode({ typeUrl, value: Buffer.from(value) }).finish())

/** Some write a host before the name. */
const nameOf = ({ typeUrl }: Any): string => typeUrl.slice(typeUrl.lastIndexOf('/') + 1)

const UPDATE = wrapped(
  'containerd.types.transfer.WindowUpdate',
  WindowUpdate.encode({ update: WINDOW }).finish(),
)

const dataOf = (message: Buffer): Either<Trouble, Uint8Array> => {
  const any = decode(Any, message)
  if (isLeft(any)) return any
  // To pass over what is not known could be to pass over bytes.
  if (nameOf(any.right) !== 'containerd.types.transfer.Data')
    return left(garbage(`a ${JSON.stringify(any.right.typeUrl.slice(0, 100))} among the bytes`))
  const data = decode(Data, any.right.value)
  return isLeft(data) ? data : right(data.right.data)
}

/**
 * The bytes of a stream that has begun. The other side is let send more only as these are taken, so that a reader
 * who stops stops the writer too. A stream that broke ends with the failure; one that was closed just ends.
 */
export async function* bytesOf(
  duplex: Duplex,
  fail: (trouble: Trouble) => Failure,
): AsyncGenerator<Either<Failure, Uint8Array>, void, void> {
  let open = 0
  try {
    for (;;) {
      if (open <= LOW) {
        duplex.send(UPDATE)
        open += WINDOW
      }
      const message = await duplex.next()
      if (isLeft(message)) return yield left(fail(message.left))
      if (message.right === null) return
      const bytes = dataOf(message.right)
      if (isLeft(bytes)) return yield left(fail(bytes.left))
      // Somebody who sends past the window is not let send less for it: that is the connection's to hold up.
      open = Math.max(0, open - bytes.right.length)
      if (bytes.right.length > 0) yield bytes
    }
  } finally {
    duplex.close()
  }
}
