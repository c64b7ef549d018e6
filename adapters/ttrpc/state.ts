import { left, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { TaskReply } from '../../core/records.js'
import { taskReply } from '../../core/task-reply.js'
import type { ShimAddress, Shims } from '../../ports/shims.js'
import type { Signal } from '../../ports/signal.js'
import { ask, eitherService, type Service, type ShimOptions } from './ask.js'
import { decode } from './call.js'
import { StateRequest as RequestV2, StateResponse as ResponseV2 } from './gen/containerd/task/v2/shim.js'
import { StateRequest as RequestV3, StateResponse as ResponseV3 } from './gen/containerd/task/v3/shim.js'
import { garbage, type Trouble } from './trouble.js'

const MESSAGES = {
  v2: { request: RequestV2, response: ResponseV2 },
  v3: { request: RequestV3, response: ResponseV3 },
} as const

/** The state of a task, as a shim tells it by that version of its service. */
export const stateFrom =
  ({ namespace, timeoutMs }: ShimOptions, id: string, address: ShimAddress, signal: Signal) =>
  (service: Service): TE.TaskEither<Trouble, TaskReply> => {
    const { request, response } = MESSAGES[service]
    const payload = Buffer.from(request.encode({ id, execId: '' }).finish())
    return pipe(
      ask(address, service, namespace, { method: 'State', payload, timeoutMs }, signal),
      TE.chainEitherK((bytes) => decode(response, bytes)),
      TE.chainEitherK((state) =>
        // An exit is about to be believed, and written: it has to be that task's.
        state.id === id ? right(taskReply(state)) : left(garbage(`the state of ${JSON.stringify(state.id)}`)),
      ),
    )
  }

/**
 * Asks shims for the state of their tasks, and for nothing else.
 *
 * @example
 * const state = shimState({ namespace: 'k8s.io', timeoutMs: 2000 })
 * const address = { socket: '/run/containerd/s/1f…', protocol: 'ttrpc', service: 'v3' } as const
 * await state('web-1', address, AbortSignal.timeout(2000))()
 */
export const shimState =
  (options: ShimOptions): Shims['state'] =>
  (id, address, signal) =>
    eitherService(address, `ask for the state of task ${id}`, stateFrom(options, id, address, signal))
