import { read } from 'node:fs'
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net'
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
  /** Looks whether anybody is left who writes, where it would not tell by itself. */
  readonly look?: () => void
}

/** As much as a pipe holds unless it was made larger. */
const BUFFER = 64 * 1024

/** Twice as much as a pipe can be made to hold: whoever still fills it then is not going to stop for us. */
const LAST = 2 * 1024 * 1024

/** What is in a pipe at this moment, without waiting for more: 0 where nobody is left who writes, null where it is empty. */
const readNow = (fd: number, buffer: Buffer): Promise<number | null> =>
  new Promise((resolve) => {
    read(fd, buffer, 0, buffer.length, null, (error, count) => resolve(error === null ? count : null))
  })

/**
 * The bytes of a FIFO that is open for reading without blocking; the descriptor is the source's from now on, and must
 * be read to its end or closed. Read through libuv's poll: a blocked read would hold one of its four threads, and four
 * containers all file work.
 */
export const fifoSource = (fd: number, path: string): ByteSource => {
  const buffer = Buffer.allocUnsafe(BUFFER)
  let chunk: Uint8Array | null = null
  let failed: Failure | null = null
  let ended = false
  let cut = false
  let looking = false
  let wake: () => void = () => undefined

  const options: SocketConstructorOpts & ConnectOpts = {
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
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      ended = true
      wake()
      resolve()
    })
  })
  socket.on('end', () => {
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
    while (chunk === null && !ended && !cut && !looking && failed === null) {
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
      for (;;) {
        const taken = await more()
        if (taken !== null) yield right(taken)
        else if (failed !== null) return yield left(failed)
        else if (ended || (yield* now())) return
      }
    } finally {
      socket.destroy()
      await closed
    }
  }
  /** What is in it now, past the poll, which does not tell that nobody writes where nobody ever did; whether it is over. */
  async function* now(): AsyncGenerator<Either<Failure, Uint8Array>, boolean, void> {
    looking = false
    socket.pause()
    for (let total = 0; total < LAST; ) {
      const count = await readNow(fd, buffer)
      if (count === 0) return true
      if (count === null) break
      total += count
      yield right(buffer.subarray(0, count))
    }
    return cut
  }

  return {
    chunks: chunks(),
    close: () => {
      cut = true
      wake()
    },
    look: () => {
      looking = true
      wake()
    },
  }
}
