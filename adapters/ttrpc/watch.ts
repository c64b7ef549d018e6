import { type Either, isLeft, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { nanoseconds } from '../../core/timestamp.js'
import type { ShimAddress, Shims } from '../../ports/shims.js'
import type { Signal } from '../../ports/signal.js'
import type { Exit } from '../../ports/tasks.js'
import { ask, eitherService, type Service, type ShimOptions, shimFailure } from './ask.js'
import { decode } from './call.js'
import { WaitRequest as RequestV2, WaitResponse as ResponseV2 } from './gen/containerd/task/v2/shim.js'
import { WaitRequest as RequestV3, WaitResponse as ResponseV3 } from './gen/containerd/task/v3/shim.js'
import { stateFrom } from './state.js'
import type { Trouble } from './trouble.js'

const MESSAGES = {
  v2: { request: RequestV2, response: ResponseV2 },
  v3: { request: RequestV3, response: ResponseV3 },
} as const

/** A task may run for years. */
const NO_DEADLINE = null

const waitFor = (
  namespace: string,
  id: string,
  address: ShimAddress,
  service: Service,
  signal: Signal,
): Promise<Either<Trouble, Exit>> => {
  const { request, response } = MESSAGES[service]
  const payload = Buffer.from(request.encode({ id, execId: '' }).finish())
  return pipe(
    ask(address, service, namespace, { method: 'Wait', payload, timeoutMs: NO_DEADLINE }, signal),
    TE.chainEitherK((bytes) => decode(response, bytes)),
    TE.map(({ exitStatus, exitedAt }) => ({ exitStatus, exitedAt: nanoseconds(exitedAt) })),
  )()
}

interface Waiting {
  readonly exited: Promise<Either<Trouble, Exit>>
  readonly close: () => void
}

const begin =
  (options: ShimOptions, id: string, address: ShimAddress, signal: Signal) =>
  (service: Service): TE.TaskEither<Trouble, Waiting> =>
  async () => {
    const waiting = new AbortController()
    const close = (): void => waiting.abort()
    const exited = waitFor(options.namespace, id, address, service, waiting.signal)
    // Whether a wait was taken up is not told until it ends, so the task is asked for after it began. A wait that
    // ends first has told already.
    const begun = await Promise.race([stateFrom(options, id, address, signal)(service)(), exited])
    if (isLeft(begun)) {
      close()
      return begun
    }
    return right({ exited, close })
  }

/**
 * Waits for tasks at their shims, which goes on while containerd is down. Each wait has a connection of its own; a
 * shim that dies under it is `Unavailable`.
 *
 * @example
 * const watch = shimWatch({ namespace: 'k8s.io', timeoutMs: 2000 })
 * const watching = await watch('web-1', address, AbortSignal.timeout(2000))()
 */
export const shimWatch =
  (options: ShimOptions): Shims['watch'] =>
  (id, address, signal) => {
    const asked = `watch task ${id}`
    return pipe(
      eitherService(address, asked, begin(options, id, address, signal)),
      TE.map(({ exited, close }) => ({
        exited: TE.mapLeft(shimFailure(address, asked))(() => exited)(),
        close,
      })),
    )
  }
