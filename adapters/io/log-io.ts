import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { isValidId } from '../../core/ids.js'
import { type Failure, failure } from '../../ports/failure.js'
import type { AttachRequest, IoRequest, LogIo } from '../../ports/io.js'
import { newSwitch, type Signal, type Switch } from '../../ports/signal.js'
import type { Clock } from '../../ports/time.js'
import { type Attachment, attach, type OpenStream } from './attachment.js'
import { attempt, Trouble } from './errors.js'
import { closeFd, holdAllOpen } from './fifo.js'
import { freshFifos } from './fresh.js'
import type { LogCounts } from './log-file.js'
import { pipesObstacle } from './pipes.js'

export interface LogIoOptions {
  /** The CRI plugin's state folder, for fresh FIFOs */
  readonly state: string
  /** Bytes of content in a line of a log; 0 or less: no limit */
  readonly maxLine: number
  readonly clock: Clock
  /** Without it, streams that are no FIFOs are of a kind that is not known. */
  readonly openStream?: OpenStream
  /** Told what somebody should know about a container's pipes and log */
  readonly warn: (message: string) => void
}

/** A container whose streams are piped, or about to be. */
interface Held {
  readonly attaching: Promise<Attachment>
  /** Gives up what has not been opened by then. */
  readonly opening: Switch
  /** Its streams were not waited for to the end. */
  cut: boolean
  /** Once it is let go of, all who wait for it wait for the same. */
  released: Promise<void> | null
}

/** Who offers streams is a process of this machine: one that says nothing for so long is not well. */
const OPENING_MS = 5_000

const WHERE = 'the file system'

const noStreams: OpenStream = (url) => async () =>
  left(failure('Malformed', 'open a stream', JSON.stringify(url.slice(0, 200)), 'streams are not known here'))

/** Whether the signal aborted before the work was done. */
const abortedFirst = (work: Promise<unknown>, signal: Signal): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const abort = (): void => resolve(true)
    signal.addEventListener('abort', abort)
    // Looked at in any case: a rejection that nobody sees ends the process.
    work.then(() => resolve(false), reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
  })

const checkId = (id: string): void => {
  if (!isValidId(id)) throw new Trouble('Malformed', 'its id may not be a part of a path')
}

/** IO of somebody who stays, on the FIFOs and files of this machine. */
export const logIo = ({ state, maxLine, clock, openStream = noStreams, warn }: LogIoOptions): LogIo => {
  const attached = new Map<string, Held>()
  /** The ends of fresh FIFOs, by container: nobody else holds them before it is started. */
  const fresh = new Map<string, Promise<readonly number[]>>()
  const counts: LogCounts = { bytes: 0n, lines: 0n, writeErrors: 0n, lostBytes: 0n }
  let closed = false

  const checkOpen = (): void => {
    if (closed) throw new Trouble('Denied', 'all logs are closed already')
  }
  const letGoOfFresh = async (id: string): Promise<void> => {
    const held = fresh.get(id)
    fresh.delete(id)
    // What could not be made holds nothing.
    for (const fd of (await held?.catch(() => [])) ?? []) await closeFd(fd)
  }

  const create = async (request: IoRequest): Promise<void> => {
    checkId(request.id)
    checkOpen()
    if (attached.has(request.id)) return
    const held = fresh.get(request.id) ?? freshFifos(state, request).then(holdAllOpen)
    fresh.set(request.id, held)
    try {
      await held
    } catch (error) {
      if (fresh.get(request.id) === held) fresh.delete(request.id)
      throw error
    }
  }

  const begin = async (request: AttachRequest): Promise<void> => {
    const { id } = request
    checkId(id)
    checkOpen()
    const known = attached.get(id)
    if (known !== undefined) {
      await known.attaching
      return
    }
    const opening = newSwitch()
    const told = (message: string): void => warn(`container ${id}: ${message}`)
    const attaching = attach(request, { maxLine, clock, counts, openStream, warn: told }, opening.signal)
    attached.set(id, { attaching, opening, cut: false, released: null })
    const timer = setTimeout(opening.off, OPENING_MS)
    try {
      await attaching
    } catch (error) {
      attached.delete(id)
      throw error
    } finally {
      clearTimeout(timer)
    }
    await letGoOfFresh(id)
  }

  const release = (id: string, held: Held): Promise<void> => {
    held.released ??= held.attaching.then(async (attachment) => {
      attachment.look()
      await attachment.ended
      await attachment.close()
      attached.delete(id)
    })
    return held.released
  }
  const cut = async (held: Held): Promise<void> => {
    held.opening.off()
    const attachment = await held.attaching
    held.cut = true
    attachment.cut()
  }
  const drain = async (id: string, held: Held, signal: Signal): Promise<void> => {
    const released = release(id, held)
    if (await abortedFirst(released, signal)) await cut(held)
    await released
    if (held.cut) throw new Trouble('TimedOut', 'somebody still holds its pipes open')
  }
  const closeAll = async (signal: Signal): Promise<void> => {
    closed = true
    const all = [...attached].map(async ([id, held]) => {
      await cut(held)
      await release(id, held)
    })
    // What could not be attached holds nothing.
    const done = Promise.allSettled([...all, ...[...fresh.keys()].map(letGoOfFresh)])
    if (await abortedFirst(done, signal))
      throw new Trouble('TimedOut', 'not all of them were written in time')
  }

  const heldOf = (id: string, asked: string): Either<Failure, Held> => {
    const held = attached.get(id)
    return held === undefined
      ? left(failure('NotFound', asked, 'this process', 'nothing is attached'))
      : right(held)
  }

  return {
    create: (request) => attempt(`create IO of ${request.id}`, WHERE, () => create(request)),
    obstacle: pipesObstacle,
    attach: (request) => attempt(`attach to the pipes of ${request.id}`, WHERE, () => begin(request)),
    drain: (id, signal) => async () => {
      const asked = `drain the pipes of ${id}`
      await letGoOfFresh(id)
      const held = heldOf(id, asked)
      return isLeft(held) ? held : attempt(asked, WHERE, () => drain(id, held.right, signal))()
    },
    reopen: (id) => async () => {
      const asked = `reopen the log of ${id}`
      const held = heldOf(id, asked)
      if (isLeft(held)) return held
      return attempt(asked, WHERE, async () => (await held.right.attaching).reopen())()
    },
    totals: () => ({ ...counts }),
    close: (signal) => attempt('close the logs', WHERE, () => closeAll(signal)),
  }
}
