import { isLeft, left } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Failure } from '../../ports/failure.js'
import type { ShimAddress } from '../../ports/shims.js'
import type { Signal } from '../../ports/signal.js'
import { type Question, unary } from './call.js'
import { translate } from './failures.js'
import { type Trouble, UNIMPLEMENTED } from './trouble.js'

/** How shims are asked. */
export interface ShimOptions {
  /** containerd's, of the tasks that are asked for */
  readonly namespace: string
  /** How long a shim is told that it may take over one answer. The caller's own patience is its signal. */
  readonly timeoutMs: number
}

export type Service = ShimAddress['service']

const OTHER: Readonly<Record<Service, Service>> = { v2: 'v3', v3: 'v2' }

/** containerd's own key for its namespace, which differs by protocol. */
const NAMESPACE: Readonly<Record<ShimAddress['protocol'], string>> = {
  ttrpc: 'containerd-namespace-ttrpc',
  grpc: 'containerd-namespace',
}

/** Asks a method of the task service, and gives the answer's bytes. */
export const ask = (
  { socket, protocol }: ShimAddress,
  service: Service,
  namespace: string,
  asked: Pick<Question, 'method' | 'payload' | 'timeoutMs'>,
  signal: Signal,
): TE.TaskEither<Trouble, Buffer> => {
  const question: Question = {
    ...asked,
    service: `containerd.task.${service}.Task`,
    metadata: new Map([[NAMESPACE[protocol], namespace]]),
  }
  return protocol === 'ttrpc'
    ? unary(socket, question, signal)
    : // Hardly any shim speaks it, and loading it takes longer than asking the others.
      pipe(
        TE.fromTask<typeof import('./grpc.js'), Trouble>(() => import('./grpc.js')),
        TE.chain((grpc) => grpc.unary(socket, question, signal)),
      )
}

/**
 * Uses the version of the service that the address names, and the other one where the shim does not serve that: it
 * may have been started by another containerd than wrote its bundle.
 */
export const eitherService =
  <A>(
    address: ShimAddress,
    asked: string,
    use: (service: Service) => TE.TaskEither<Trouble, A>,
  ): TE.TaskEither<Failure, A> =>
  async () => {
    const first = await use(address.service)()
    const answer =
      isLeft(first) && first.left.kind === 'status' && first.left.code === UNIMPLEMENTED
        ? await use(OTHER[address.service])()
        : first
    return isLeft(answer) ? left(shimFailure(address, asked)(answer.left)) : answer
  }

export const shimFailure = ({ socket }: ShimAddress, asked: string): ((trouble: Trouble) => Failure) =>
  translate(asked, `shim at ${socket.replace('\0', '@')}`)
