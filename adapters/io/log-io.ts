import { isRight, left, right } from 'fp-ts/lib/Either.js'
import { isValidId } from '../../core/ids.js'
import { failure } from '../../ports/failure.js'
import type { AttachRequest, LogIo } from '../../ports/io.js'
import type { Signal } from '../../ports/signal.js'
import type { Clock } from '../../ports/time.js'
import { type Attachment, attach, type OpenStream } from './attachment.js'
import { attempt, Trouble } from './errors.js'
import { freshFifos } from './fresh.js'
import type { LogCounts } from './log-file.js'
import { pipesObstacle } from './pipes.js'

export interface LogIoOptions {
  /** The CRI plugin's state folder, for fresh FIFOs */
  readonly state: string
  /** Bytes of content in a line of a log; 0 or less: no limit */
  readonly maxLine: number
  readonly clock: Clock
  readonly openStream: OpenStream
  /** Told what somebody should know about a container's pipes and log */
  readonly warn: (message: string) => void
}

const aborted = (signal: Signal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted')
    else signal.addEventListener('abort', () => resolve('aborted'))
  })

/** IO of somebody who stays, on the FIFOs and files of this machine. */
export const logIo = ({ state, maxLine, clock, openStream, warn }: LogIoOptions): LogIo => {
  const attached = new Map<string, Promise<Attachment>>()
  const counts: LogCounts = { bytes: 0n, lines: 0n, writeErrors: 0n, lostBytes: 0n }

  const begin = async (request: AttachRequest): Promise<void> => {
    const { id } = request
    if (!isValidId(id)) throw new Trouble('Malformed', 'its id may not be a part of a path')
    const known = attached.get(id)
    if (known !== undefined) {
      await known
      return
    }
    const options = { clock, counts, warn: (message: string) => warn(`container ${id}: ${message}`) }
    const attaching = attach(request, maxLine, options, openStream)
    attached.set(id, attaching)
    await attaching.catch((error: unknown) => {
      attached.delete(id)
      throw error
    })
  }

  /** Lets go of a container once its streams have ended; those that have not by then are cut, and that is said. */
  const letGo = async (id: string, signal: Signal): Promise<boolean> => {
    const attachment = await attached.get(id)
    attached.delete(id)
    if (attachment === undefined) return true
    const ended = await Promise.race([attachment.ended.then(() => 'ended' as const), aborted(signal)])
    if (ended === 'aborted') attachment.cut()
    await attachment.ended
    await attachment.close()
    return ended === 'ended'
  }

  return {
    create: (request) =>
      attempt(`create IO of ${request.id}`, 'the file system', () => freshFifos(state, request)),
    obstacle: pipesObstacle,
    attach: (request) =>
      attempt(`attach to the pipes of ${request.id}`, 'the file system', () => begin(request)),
    drain: (id, signal) => async () => {
      const asked = `drain the pipes of ${id}`
      if (!attached.has(id)) return left(failure('NotFound', asked, 'this process', 'nothing is attached'))
      const whole = await attempt(asked, 'the file system', () => letGo(id, signal))()
      return isRight(whole) && !whole.right
        ? left(failure('TimedOut', asked, 'its pipes', 'somebody still holds them open'))
        : whole._tag === 'Left'
          ? whole
          : right(undefined)
    },
    reopen: (id) => async () => {
      const asked = `reopen the log of ${id}`
      const attachment = attached.get(id)
      if (attachment === undefined)
        return left(failure('NotFound', asked, 'this process', 'nothing is attached'))
      return attempt(asked, 'the file system', async () => (await attachment).reopen())()
    },
    totals: () => ({ ...counts }),
    close: () =>
      attempt('close the logs', 'the file system', async () => {
        const now = { aborted: true, addEventListener: () => undefined, removeEventListener: () => undefined }
        await Promise.all([...attached.keys()].map((id) => letGo(id, now)))
      }),
  }
}
