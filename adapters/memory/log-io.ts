import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { LogStream } from '../../core/log-format.js'
import type { AttachRequest, Io, LogIo } from '../../ports/io.js'
import type { Clock } from '../../ports/time.js'
import { type Interceptor, type Refusal, refuse } from './intercept.js'
import {
  type Counts,
  contentsOf,
  type Log,
  type LogWriter,
  logWriter,
  MAX_LINE,
  textsOf,
} from './log-file.js'
import { outputsOf } from './log-places.js'

/** A container's pipes and its log. */
interface Pipe {
  /** Written while nobody read */
  readonly unread: Record<LogStream, string>
  attached: AttachRequest | null
  /** Who writes what is read into the log; null where nobody reads, or it is thrown away */
  writer: LogWriter | null
  readonly log: Log
  /** Somebody who was left behind keeps it open */
  held: boolean
  /** What went with a task that was deleted before it was read */
  lost: string
  /** Told when nobody writes into it any more */
  readonly awaiting: Set<() => void>
}

/** The pipes of a node, by container. They outlive the process that reads them. */
export type Pipes = ReadonlyMap<string, Pipe>

/** The pipes and logs of the simulated node. */
export interface SimulatedLogs {
  readonly port: Omit<LogIo, keyof Io>
  readonly pipes: Pipes
  /** Bytes of content in a line of a log; longer ones are split. */
  readonly maxLine: number
  /** The container writes, by default to its standard output. What nobody reads stays in its pipe, which has room for everything. */
  readonly write: (id: string, text: string, stream?: LogStream) => void
  /** What it wrote that is in its log, by file: one more for each reopening */
  readonly logOf: (id: string) => readonly string[]
  /** The files of its log, as a reader of logs finds them; none before somebody is attached */
  readonly filesOf: (id: string) => readonly string[]
  /** What it wrote, nobody read, and its task took with it */
  readonly lostOf: (id: string) => string
  /** A child that was left behind keeps its pipe open from now on, until the result is called. */
  readonly hold: (id: string) => () => void
  /** Its task has stopped: its pipe closes, unless somebody holds it. */
  readonly ended: (id: string) => void
  /** Its task is gone, and with it what nobody has read. */
  readonly gone: (id: string) => void
}

type Kept = Pick<Pipe, 'unread' | 'log' | 'held' | 'lost'>

const EMPTY: Kept = { unread: { stdout: '', stderr: '' }, log: [], held: false, lost: '' }

/** As the next process finds it: nobody is attached. */
const fresh = ({ unread, log, held, lost }: Kept): Pipe => ({
  unread: { ...unread },
  log: log.map((file) => [...file]),
  held,
  lost,
  attached: null,
  writer: null,
  awaiting: new Set(),
})

/** Writes down what has no end yet, and reads no more. */
const letGo = (pipe: Pipe): void => {
  pipe.writer?.end()
  pipe.writer = null
  pipe.attached = null
}

/**
 * Whoever is attached has read what is written as soon as it is written; a process that died reads nothing, and a line
 * that it had only begun to read is gone with it.
 *
 * @param isLive - whether a container's task has a process that may write
 * @param whyNot - why nobody can be attached to that
 * @param from - the pipes of the node that this one goes on from; nobody is attached to them any more
 */
export const logsOf = (
  isLive: (id: string) => boolean,
  whyNot: (request: AttachRequest) => Refusal | null,
  clock: Clock,
  intercept: Interceptor,
  from: Pipes = new Map(),
): SimulatedLogs => {
  const pipes = new Map([...from].map(([id, pipe]) => [id, fresh(pipe)]))
  const counts: Counts = { bytes: 0n, lines: 0n }

  const pipeOf = (id: string): Pipe => {
    const pipe = pipes.get(id) ?? fresh(EMPTY)
    pipes.set(id, pipe)
    return pipe
  }
  const isOpen = (id: string): boolean => isLive(id) || pipeOf(id).held
  const read = (pipe: Pipe): void => {
    if (pipe.attached === null || intercept.isDead()) return
    for (const [stream] of outputsOf(pipe.attached)) {
      const text = pipe.unread[stream]
      pipe.unread[stream] = ''
      pipe.writer?.take(stream, text)
    }
  }
  const closed = (id: string): void => {
    const { awaiting, writer } = pipeOf(id)
    if (isOpen(id)) return
    if (!intercept.isDead()) writer?.end()
    for (const hear of awaiting) hear()
    awaiting.clear()
  }
  /** Until its pipe comes to its end; null where it has, or nobody reads it. */
  const untilClosed = (id: string): Promise<void> | null => {
    const { attached, awaiting } = pipeOf(id)
    if (attached === null || !isOpen(id)) return null
    return new Promise((resolve) => {
      awaiting.add(resolve)
    })
  }
  const attach = (request: AttachRequest): Either<Refusal, void> => {
    const pipe = pipeOf(request.id)
    if (pipe.attached !== null) return right(undefined)
    const refusal = whyNot(request)
    if (refusal !== null) return left(refusal)
    pipe.attached = request
    pipe.writer = request.log === null ? null : logWriter(pipe.log, clock.now, counts)
    read(pipe)
    closed(request.id)
    return right(undefined)
  }
  /** @param wasAttached - when it was asked: two may wait for the same end */
  const drain = (id: string, wasAttached: boolean): Either<Refusal, void> => {
    if (!wasAttached) return refuse('NotFound', 'nothing is attached')
    letGo(pipeOf(id))
    return isOpen(id) ? refuse('TimedOut', 'its pipe is still open') : right(undefined)
  }

  return {
    port: {
      attach: (request) =>
        intercept.run({
          call: 'io.attach',
          id: request.id,
          asked: `attach to the pipes of ${request.id}`,
          act: () => attach(request),
        }),
      drain: (id, signal) => () => {
        let wasAttached = false
        return intercept.run({
          call: 'io.drain',
          id,
          asked: `drain the pipes of ${id}`,
          signal,
          until: () => {
            wasAttached = pipeOf(id).attached !== null
            return untilClosed(id)
          },
          act: () => drain(id, wasAttached),
        })()
      },
      reopen: (id) =>
        intercept.run({
          call: 'io.reopen',
          id,
          asked: `reopen the log of ${id}`,
          act: () => {
            const { attached, writer } = pipeOf(id)
            if (attached === null) return refuse('NotFound', 'nothing is attached')
            writer?.reopen()
            return right(undefined)
          },
        }),
      totals: () => ({ ...counts, writeErrors: 0n, lostBytes: 0n }),
      close: (signal) =>
        intercept.run({
          call: 'io.close',
          id: null,
          asked: 'close the logs',
          signal,
          act: () => {
            for (const pipe of pipes.values()) letGo(pipe)
            return right(undefined)
          },
        }),
    },
    pipes,
    maxLine: MAX_LINE,
    write: (id, text, stream = 'stdout') => {
      const pipe = pipeOf(id)
      pipe.unread[stream] += text
      read(pipe)
    },
    logOf: (id) => {
      const { log } = pipeOf(id)
      return log.length === 0 ? [''] : contentsOf(log)
    },
    filesOf: (id) => textsOf(pipeOf(id).log),
    lostOf: (id) => pipeOf(id).lost,
    hold: (id) => {
      pipeOf(id).held = true
      return () => {
        pipeOf(id).held = false
        closed(id)
      }
    },
    ended: closed,
    gone: (id) => {
      const pipe = pipeOf(id)
      pipe.lost += pipe.unread.stdout + pipe.unread.stderr
      pipe.unread.stdout = ''
      pipe.unread.stderr = ''
      closed(id)
    },
  }
}
