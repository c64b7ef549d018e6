import { isLeft } from 'fp-ts/lib/Either.js'
import { frame, frameEnd, type LogStream } from '../../core/log-format.js'
import type { LogFile } from './log-file.js'
import type { ByteSource } from './source.js'

/** One stream on its way into a log. */
export interface Pipe {
  /** Resolves when the stream came to its end, or was cut, and all of it is written. Never rejects. */
  readonly ended: Promise<void>
  /** Takes what is there now, and no more. */
  readonly cut: () => void
}

/** @param log - null: drained and thrown away */
export const pipeInto = (
  source: ByteSource,
  stream: LogStream,
  log: LogFile | null,
  limit: number,
  warn: (message: string) => void,
): Pipe => {
  const run = async (): Promise<void> => {
    let rest: Uint8Array = new Uint8Array(0)
    for await (const chunk of source.chunks) {
      if (isLeft(chunk)) {
        warn(`its ${stream} broke: ${chunk.left.said}`)
        break
      }
      if (log === null) continue
      const framed = frame(rest, chunk.right, limit)
      rest = framed.rest
      await log.append(stream, framed.parts)
    }
    await log?.append(stream, frameEnd(rest, limit))
  }
  return { ended: run(), cut: source.close }
}
