import { isLeft } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { LogStream } from '../../core/log-format.js'
import type { Failure } from '../../ports/failure.js'
import type { AttachRequest } from '../../ports/io.js'
import type { Signal } from '../../ports/signal.js'
import { Trouble } from './errors.js'
import { closeFd, holdOpen, openForReading } from './fifo.js'
import { type LogOptions, openLogFile } from './log-file.js'
import { type Pipe, pipeInto } from './pipe.js'
import { type ByteSource, fifoSource } from './source.js'

/** Opens a stream that is no FIFO, as containerd's streaming service has them. */
export type OpenStream = (url: string, signal: Signal) => TaskEither<Failure, ByteSource>

export interface AttachOptions extends LogOptions {
  /** Bytes of content in a line of the log; 0 or less: no limit */
  readonly maxLine: number
  readonly openStream: OpenStream
}

/** A container's streams, on their way into its log. */
export interface Attachment {
  /** Resolves when all of them came to their end, and all is written. */
  readonly ended: Promise<void>
  /** Takes what is there now, and no more. */
  readonly cut: () => void
  /** Looks whether anybody is left who writes: a task has ended. */
  readonly look: () => void
  readonly reopen: () => Promise<void>
  /** Syncs and closes; once all has ended. */
  readonly close: () => Promise<void>
}

/** Open, and not yet read from: what is let go of again has lost nothing. */
interface Opened {
  readonly begin: () => ByteSource
  readonly letGo: () => Promise<void>
}

const STREAMS = /^(?:ttrpc|grpc)\+/

/** A FIFO's path, or a stream's URL: there is nothing else. */
const isFifo = (path: string): boolean => {
  if (path.startsWith('/')) return true
  if (STREAMS.test(path)) return false
  throw new Trouble('Malformed', `a kind of stream that is not known: ${JSON.stringify(path.slice(0, 200))}`)
}

const openOne = async (path: string, openStream: OpenStream, signal: Signal): Promise<Opened> => {
  if (isFifo(path)) {
    const fd = await openForReading(path)
    return { begin: () => fifoSource(fd, path), letGo: () => closeFd(fd) }
  }
  const source = await openStream(path, signal)()
  if (isLeft(source)) throw new Trouble(source.left.tag, `${source.left.of}: ${source.left.said}`)
  return { begin: () => source.right, letGo: async () => source.right.close() }
}

/** Held by both its ends: without a writer, a container that reads would meet the end. */
const holdStdin = async ({ stdin, stdinPath }: AttachRequest): Promise<number | null> =>
  stdin && stdinPath !== '' && isFifo(stdinPath) ? holdOpen(stdinPath) : null

const streamsOf = ({ stdoutPath, stderrPath, tty }: AttachRequest) =>
  (
    [
      ['stdout', stdoutPath],
      ['stderr', tty ? '' : stderrPath],
    ] satisfies (readonly [LogStream, string])[]
  ).filter(([, path]) => path !== '')

/**
 * Begins to pipe, all of it or nothing. The log is opened first: what is read from a pipe has no other place.
 *
 * @param signal - gives up the opening of streams; it bounds nothing once they are open
 */
export const attach = async (
  request: AttachRequest,
  { maxLine, openStream, ...options }: AttachOptions,
  signal: Signal,
): Promise<Attachment> => {
  const undo: (() => Promise<void>)[] = []
  try {
    const log = request.log === null ? null : await openLogFile(request.log, options)
    if (log !== null) undo.push(log.close)
    const stdin = await holdStdin(request)
    if (stdin !== null) undo.push(() => closeFd(stdin))
    const closing = [...undo].reverse()
    const opened: (readonly [LogStream, Opened])[] = []
    for (const [stream, path] of streamsOf(request)) {
      const one = await openOne(path, openStream, signal)
      undo.push(one.letGo)
      opened.push([stream, one])
    }
    const pipes: readonly Pipe[] = opened.map(([stream, { begin }]) =>
      pipeInto(begin(), stream, log, maxLine, options.warn),
    )
    return {
      ended: Promise.all(pipes.map(({ ended }) => ended)).then(() => undefined),
      cut: () => {
        for (const { cut } of pipes) cut()
      },
      look: () => {
        for (const { look } of pipes) look()
      },
      reopen: async () => log?.reopen(),
      close: async () => {
        for (const step of closing) await step()
      },
    }
  } catch (error) {
    for (const step of undo.reverse()) await step()
    throw error
  }
}
