import { read } from 'node:fs'
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net'
import { type Either, left, right } from 'fp-ts/lib/Either.js'
import { type Failure, failure } from '../../ports/failure.js'

/** Bytes that somebody else writes: a FIFO, or a stream of containerd's. */
export interface ByteSource {
  /**
   * For one reader; a chunk is only to be looked at until the next one is taken. The writer is held up while nothing
   * is taken. A left is a source that broke, and its last word. Never throws.
   */
  readonly chunks: AsyncIterable<Either<Failure, Uint8Array>>
  /** Lets go of it; a reader that waits is told the end, after what is in it now. */
  readonly close: () => void
}

/** As much as a pipe holds. */
const BUFFER = 64 * 1024

/** What is in a pipe at this moment, without waiting for more. Whoever writes faster than this reads is cut off. */
const readNow = (fd: number, buffer: Buffer): Promise<number> =>
  new Promise((resolve) => {
    read(fd, buffer, 0, buffer.length, null, (error, count) => resolve(error === null ? count : 0))
  })

/**
 * The bytes of a FIFO that is open for reading without blocking; the descriptor is the source's from now on. Read
 * through libuv's poll: a blocked read would hold one of its four threads, and four containers all file work.
 */
export const fifoSource = (fd: number, path: string): ByteSource => {
  const buffer = Buffer.allocUnsafe(BUFFER)
  let chunk: Uint8Array | null = null
  let failed: Failure | null = null
  let ended = false
  let cut = false
  let wake: () => void = () => undefined

  // The constructor takes `onread` as connecting does, which its types do not say.
  const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer,
      // Paused with each chunk: until it is written down, the next one waits in the pipe (back-pressure).
      callback: (count) => {
        chunk = buffer.subarray(0, count)
        wake()
        return false
      },
    },
  }
  const socket = new Socket(options)
  socket.on('end', () => {
    ended = true
    wake()
  })
  socket.on('close', () => {
    ended = true
    wake()
  })
  socket.on('error', (error) => {
    failed = failure('Unavailable', 'read a log pipe', `the FIFO ${path}`, error.message, {
      unreached: 'broken',
    })
    wake()
  })

  const more = async (): Promise<Uint8Array | null> => {
    while (chunk === null && !ended && !cut && failed === null) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve
      })
      socket.resume()
      await woken
    }
    const taken = chunk
    chunk = null
    return taken
  }

  async function* chunks(): AsyncGenerator<Either<Failure, Uint8Array>, void, void> {
    try {
      for (let taken = await more(); taken !== null; taken = await more()) yield right(taken)
      if (failed !== null) return yield left(failed)
      if (ended) return
      socket.pause()
      // Two pipes full at most: one that stood there, and one that was written meanwhile.
      for (let round = 0; round < 2; round += 1) {
        const count = await readNow(fd, buffer)
        if (count === 0) return
        yield right(buffer.subarray(0, count))
      }
    } finally {
      socket.destroy()
    }
  }

  return {
    chunks: chunks(),
    close: () => {
      cut = true
      wake()
    },
  }
}
