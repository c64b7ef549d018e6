import { type Either, right } from 'fp-ts/lib/Either.js'
import type { AttachRequest, Io, LogIo } from '../../ports/io.js'
import { utf8Length } from './bytes.js'
import { type Interceptor, type Refusal, refuse } from './intercept.js'

/** A container's pipe: what was written and not yet read, and who reads. */
interface Pipe {
  /** Written while nobody read */
  unread: string
  attached: AttachRequest | null
  /** What reached the log, by the files that it was reopened into */
  readonly files: string[]
  /** Somebody who was left behind keeps it open */
  held: boolean
  /** What went with a task that was deleted before it was read */
  lost: string
}

/** The pipes and logs of the simulated node. */
export interface SimulatedLogs {
  readonly port: Omit<LogIo, keyof Io>
  /** The container writes. */
  readonly write: (id: string, text: string) => void
  /** What its log holds, by file: one more for each reopening */
  readonly logOf: (id: string) => readonly string[]
  readonly lostOf: (id: string) => string
  /** A child that was left behind keeps its pipe open from now on. */
  readonly hold: (id: string) => void
  /** Its task is gone, and with it what nobody has read. */
  readonly drop: (id: string) => void
}

export const logsOf = (isLive: (id: string) => boolean, intercept: Interceptor): SimulatedLogs => {
  const pipes = new Map<string, Pipe>()
  let bytes = 0n
  let lines = 0n

  const pipeOf = (id: string): Pipe => {
    const pipe = pipes.get(id) ?? { unread: '', attached: null, files: [''], held: false, lost: '' }
    pipes.set(id, pipe)
    return pipe
  }
  const read = (pipe: Pipe): void => {
    if (pipe.attached === null) return
    const text = pipe.unread
    pipe.unread = ''
    bytes += BigInt(utf8Length(text))
    lines += BigInt(text.split('\n').length - 1)
    if (pipe.attached.log !== null) pipe.files.push(`${pipe.files.pop() ?? ''}${text}`)
  }
  const drain = (id: string): Either<Refusal, void> => {
    const pipe = pipeOf(id)
    if (pipe.attached === null) return refuse('NotFound', 'nothing is attached')
    read(pipe)
    pipe.attached = null
    return isLive(id) || pipe.held ? refuse('TimedOut', 'its pipe is still open') : right(undefined)
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
            pipe.files.push('')
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
    write: (id, text) => {
      const pipe = pipeOf(id)
      pipe.unread += text
      read(pipe)
    },
    logOf: (id) => pipeOf(id).files,
    lostOf: (id) => pipeOf(id).lost,
    hold: (id) => {
      pipeOf(id).held = true
    },
    drop: (id) => {
      const pipe = pipeOf(id)
      pipe.lost += pipe.unread
      pipe.unread = ''
    },
  }
}
