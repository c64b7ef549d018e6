import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { TaskReply } from '../../core/records.js'
import type { ShimAddress, Shims } from '../../ports/shims.js'
import type { Signal } from '../../ports/signal.js'
import { decode, type Question, unary } from './call.js'
import { translate } from './failures.js'
import { StateRequest as RequestV2, StateResponse as ResponseV2 } from './gen/containerd/task/v2/shim.js'
import { StateRequest as RequestV3, StateResponse as ResponseV3 } from './gen/containerd/task/v3/shim.js'
import { reply } from './records.js'
import { garbage, type Trouble, UNIMPLEMENTED } from './trouble.js'

/** How shims are asked. */
export interface ShimOptions {
  /** containerd's, of the tasks that are asked for */
  readonly namespace: string
  /** How long a shim is told that it may take over one answer. The caller's own patience is its signal. */
  readonly timeoutMs: number
}

type Service = ShimAddress['service']

const SERVICES = {
  v2: { name: 'containerd.task.v2.Task', request: RequestV2, response: ResponseV2 },
  v3: { name: 'containerd.task.v3.Task', request: RequestV3, response: ResponseV3 },
} as const

const OTHER: Readonly<Record<Service, Service>> = { v2: 'v3', v3: 'v2' }

/** containerd's own key for its namespace, which differs by protocol. */
const NAMESPACE: Readonly<Record<ShimAddress['protocol'], string>> = {
  ttrpc: 'containerd-namespace-ttrpc',
  grpc: 'containerd-namespace',
}

const ask = ({ socket, protocol }: ShimAddress, question: Question, signal: Signal) =>
  protocol === 'ttrpc'
    ? unary(socket, question, signal)
    : // Hardly any shim speaks it, and loading it takes longer than asking the others.
      pipe(
        TE.fromTask<typeof import('./grpc.js'), Trouble>(() => import('./grpc.js')),
        TE.chain((grpc) => grpc.unary(socket, question, signal)),
      )

const stateFrom =
  ({ namespace, timeoutMs }: ShimOptions, id: string, address: ShimAddress, signal: Signal) =>
  (service: Service): TE.TaskEither<Trouble, TaskReply> => {
    const { name, request, response } = SERVICES[service]
    const question: Question = {
      service: name,
      method: 'State',
      payload: Buffer.from(request.encode({ id, execId: '' }).finish()),
      timeoutMs,
      metadata: new Map([[NAMESPACE[address.protocol], namespace]]),
    }
    return pipe(
      ask(address, question, signal),
      TE.chainEitherK((payload) => decode(response, payload)),
      TE.chainEitherK((state) =>
        // An exit is about to be believed, and written: it has to be that task's.
        state.id === id ? right(reply(state)) : left(garbage(`the state of ${JSON.stringify(state.id)}`)),
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
  async () => {
    const from = stateFrom(options, id, address, signal)
    const first = await from(address.service)()
    // A shim that was started by another containerd than wrote its bundle may serve the other version.
    const answer =
      isLeft(first) && first.left.kind === 'status' && first.left.code === UNIMPLEMENTED
        ? await from(OTHER[address.service])()
        : first
    const of = `shim at ${address.socket.replace('\0', '@')}`
    return isLeft(answer) ? left(translate(`ask for the state of task ${id}`, of)(answer.left)) : answer
  }
