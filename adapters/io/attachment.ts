import { isLeft } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { LogStream } from '../../core/log-format.js'
import type { Failure } from '../../ports/failure.js'
import { describe } from '../../ports/failure.js'
import type { AttachRequest } from '../../ports/io.js'
import { newSwitch, type Signal } from '../../ports/signal.js'
import { Trouble } from './errors.js'
import { closeFd, holdOpen, openForReading } from './fifo.js'
import { type LogFile, type LogOptions, openLogFile } from './log-file.js'
import { type Pipe, pipeInto } from './pipe.js'
import { type ByteSource, fifoSource } from './source.js'

/** Opens a stream that is no FIFO, as containerd's streaming service has them. */
export type OpenStream = (url: string, signal: Signal) => TaskEither<Failure, ByteSource>

/** A container's streams, on their way into its log. */
export interface Attachment {
  /** Resolves when all of them came to their end, and all is written. */
  readonly ended: Promise<void>
  /** Takes what is there now, and no more. */
  readonly cut: () => void
  readonly reopen: () => Promise<void>
  /** Syncs and closes; once all has ended. */
  readonly close: () => Promise<void>
}

const STREAMS = /^(?:ttrpc|grpc)\+/

const opened = async (path: string, openStream: OpenStream): Promise<ByteSource> => {
  if (path.startsWith('/')) return fifoSource(await openForReading(path), path)
  if (!STREAMS.test(path)) throw new Trouble('Malformed', `a kind of stream that is not known: ${path}`)
  const source = await openStream(path, newSwitch().signal)()
  if (isLeft(source)) throw new Trouble(source.left.tag, describe(source.left))
  return source.right
}

/** All or none: what was opened before one that cannot be is let go of. */
const openAll = async (
  { stdoutPath, stderrPath, tty }: AttachRequest,
  openStream: OpenStream,
): Promise<readonly (readonly [LogStream, ByteSource])[]> => {
  const wanted: readonly (readonly [LogStream, string])[] = [
    ['stdout', stdoutPath],
    ['stderr', tty ? '' : stderrPath],
  ]
  const sources: (readonly [LogStream, ByteSource])[] = []
  try {
    for (const [stream, path] of wanted)
      if (path !== '') sources.push([stream, await opened(path, openStream)])
    return sources
  } catch (error) {
    for (const [, source] of sources) {
      source.close()
      // Its descriptor goes when its reader has been told the end.
      for await (const _ of source.chunks) break
    }
    throw error
  }
}

/** Held by both its ends: without a writer, a container that reads would meet the end. */
const holdStdin = async ({ stdin, stdinPath }: AttachRequest): Promise<number | null> =>
  stdin && stdinPath.startsWith('/') ? holdOpen(stdinPath) : null

/**
 * Begins to pipe. The log is opened first: what is read from a pipe has no other place.
 *
 * @param limit - bytes of content in a line of the log; 0 or less: none
 */
export const attach = async (
  request: AttachRequest,
  limit: number,
  options: LogOptions,
  openStream: OpenStream,
): Promise<Attachment> => {
  const log: LogFile | null = request.log === null ? null : await openLogFile(request.log, options)
  let stdin: number | null = null
  try {
    stdin = await holdStdin(request)
    const sources = await openAll(request, openStream)
    const pipes: readonly Pipe[] = sources.map(([stream, source]) =>
      pipeInto(source, stream, log, limit, options.warn),
    )
    const held = stdin
    return {
      ended: Promise.all(pipes.map(({ ended }) => ended)).then(() => undefined),
      cut: () => {
        for (const { cut } of pipes) cut()
      },
      reopen: async () => log?.reopen(),
      close: async () => {
        if (held !== null) await closeFd(held)
        await log?.close()
      },
    }
  } catch (error) {
    if (stdin !== null) await closeFd(stdin)
    await log?.close()
    throw error
  }
}
