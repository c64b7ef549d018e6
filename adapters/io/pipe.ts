import { isLeft } from 'fp-ts/lib/Either.js'
import { framing, type LogStream } from '../../core/log-format.js'
import type { LogFile } from './log-file.js'
import type { ByteSource } from './source.js'

/** One stream on its way into a log. */
export interface Pipe {
  /** Resolves when the stream came to its end, or was cut, and all of it is written. Never rejects. */
  readonly ended: Promise<void>
  /** Takes what is there now, and no more. */
  readonly cut: () => void
  /** Looks whether it has ended. */
  readonly look: () => void
}

/**
 * @param log - null: drained and thrown away
 * @param limit - bytes of content in a line of the log; 0 or less: none
 */
export const pipeInto = (
  source: ByteSource,
  stream: LogStream,
  log: LogFile | null,
  limit: number,
  warn: (message: string) => void,
): Pipe => {
  const run = async (): Promise<void> => {
    const { take, end } = framing(limit)
    for await (const chunk of source.chunks) {
      if (isLeft(chunk)) {
        warn(`its ${stream} broke: ${chunk.left.said}`)
        break
      }
      if (log !== null) await log.append(stream, take(chunk.right))
    }
    await log?.end(stream, end())
  }
  return { ended: run(), cut: source.close, look: () => source.look?.() }
}
