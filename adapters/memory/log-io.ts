import { type Either, right } from 'fp-ts/lib/Either.js'
import type { AttachRequest, Io, LogIo } from '../../ports/io.js'
import { utf8Length } from './bytes.js'
import { type Interceptor, type Refusal, refuse } from './intercept.js'

/** A container's pipe and its log. */
interface Pipe {
  /** Written while nobody read */
  unread: string
  attached: AttachRequest | null
  /** What reached the log, by the files that it was reopened into */
  files: readonly string[]
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
  /** The container writes. What nobody reads stays in its pipe, which has room for everything. */
  readonly write: (id: string, text: string) => void
  /** What its log holds, by file: one more for each reopening */
  readonly logOf: (id: string) => readonly string[]
  /** What it wrote, nobody read, and its task took with it */
  readonly lostOf: (id: string) => string
  /** A child that was left behind keeps its pipe open from now on, until the result is called. */
  readonly hold: (id: string) => () => void
  /** Its task has stopped: its pipe closes, unless somebody holds it. */
  readonly ended: (id: string) => void
  /** Its task is gone, and with it what nobody has read. */
  readonly gone: (id: string) => void
}

const EMPTY = { unread: '', files: [''], held: false, lost: '' }

const newlines = (text: string): number => text.split('\n').length - 1

/**
 * Whoever is attached has read what is written as soon as it is written; a process that died reads nothing.
 *
 * @param isLive - whether a container's task has a process that may write
 * @param from - the pipes of the node that this one goes on from; nobody is attached to them any more
 */
export const logsOf = (
  isLive: (id: string) => boolean,
  intercept: Interceptor,
  from: Pipes = new Map(),
): SimulatedLogs => {
  const fresh = (kept: Omit<Pipe, 'attached' | 'awaiting'>): Pipe => ({
    ...kept,
    attached: null,
    awaiting: new Set(),
  })
  const pipes = new Map([...from].map(([id, pipe]) => [id, fresh(pipe)]))
  let bytes = 0n
  let lines = 0n

  const pipeOf = (id: string): Pipe => {
    const pipe = pipes.get(id) ?? fresh(EMPTY)
    pipes.set(id, pipe)
    return pipe
  }
  const isOpen = (id: string): boolean => isLive(id) || pipeOf(id).held
  const read = (pipe: Pipe): void => {
    if (pipe.attached === null || intercept.isDead()) return
    const text = pipe.unread
    pipe.unread = ''
    bytes += BigInt(utf8Length(text) - newlines(text))
    lines += BigInt(newlines(text))
    if (pipe.attached.log !== null)
      pipe.files = [...pipe.files.slice(0, -1), `${pipe.files.at(-1) ?? ''}${text}`]
  }
  const closed = (id: string): void => {
    const { awaiting } = pipeOf(id)
    if (isOpen(id)) return
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
  const drain = (id: string): Either<Refusal, void> => {
    const pipe = pipeOf(id)
    if (pipe.attached === null) return refuse('NotFound', 'nothing is attached')
    pipe.attached = null
    return isOpen(id) ? refuse('TimedOut', 'its pipe is still open') : right(undefined)
  }

  return {
    port: {
      attach: (request) =>
        intercept.run({
          call: 'io.attach',
          id: request.id,
          asked: `attach to the pipes of ${request.id}`,
          act: () => {
            const pipe = pipeOf(request.id)
            pipe.attached ??= request
            read(pipe)
            return right(undefined)
          },
        }),
      drain: (id, signal) =>
        intercept.run({
          call: 'io.drain',
          id,
          asked: `drain the pipes of ${id}`,
          signal,
          until: () => untilClosed(id),
          act: () => drain(id),
        }),
      reopen: (id) =>
        intercept.run({
          call: 'io.reopen',
          id,
          asked: `reopen the log of ${id}`,
          act: () => {
            const pipe = pipeOf(id)
            if (pipe.attached === null) return refuse('NotFound', 'nothing is attached')
            pipe.files = [...pipe.files, '']
            return right(undefined)
          },
        }),
      totals: () => ({ bytes, lines, writeErrors: 0n, lostBytes: 0n }),
      close: (signal) =>
        intercept.run({
          call: 'io.close',
          id: null,
          asked: 'close the logs',
          signal,
          act: () => {
            for (const pipe of pipes.values()) pipe.attached = null
            return right(undefined)
          },
        }),
    },
    pipes,
    write: (id, text) => {
      const pipe = pipeOf(id)
      pipe.unread += text
      read(pipe)
    },
    logOf: (id) => pipeOf(id).files,
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
      pipe.lost += pipe.unread
      pipe.unread = ''
      closed(id)
    },
  }
}
