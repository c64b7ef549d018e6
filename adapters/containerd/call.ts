import { type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Signal } from '../../ports/signal.js'
import type { Channel } from './channel.js'

/** Why a call has no reply, in gRPC's terms. */
export interface CallFailure {
  readonly code: status
  readonly details: string
  /** Who ended it: the other side (or the way to it), the caller's signal, or the channel being closed. */
  readonly by: 'peer' | 'signal' | 'close'
  /** False where the call had not even begun. */
  readonly begun: boolean
}

const GIVEN_UP: CallFailure = { code: status.CANCELLED, details: 'given up', by: 'signal', begun: true }
const CLOSED: CallFailure = {
  code: status.CANCELLED,
  details: 'the channel was closed here',
  by: 'close',
  begun: true,
}

/** The other side answered, with nothing in the answer. */
export const EMPTY_REPLY: CallFailure = {
  code: status.INTERNAL,
  details: 'an empty reply',
  by: 'peer',
  begun: true,
}

const said = ({ code, details }: ServiceError): CallFailure => ({ code, details, by: 'peer', begun: true })

/**
 * Runs one call until it settles, the signal aborts or the channel closes, whichever is first. Does not wait for
 * gRPC to confirm that it let go of a call: a hung process may be at the other end.
 */
const run = <A>(
  channel: Channel,
  signal: Signal,
  begin: (settle: (result: Either<CallFailure, A>) => void) => { cancel(): void },
): Promise<Either<CallFailure, A>> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(left({ ...GIVEN_UP, begun: false }))
    if (channel.closed()) return resolve(left({ ...CLOSED, begun: false }))
    const settle = (result: Either<CallFailure, A>): void => {
      signal.removeEventListener('abort', giveUp)
      forget()
      resolve(result)
    }
    const cut = (why: CallFailure): void => {
      settle(left(why))
      call.cancel()
    }
    const giveUp = (): void => cut(GIVEN_UP)
    const forget = channel.whenClosed(() => cut(CLOSED))
    signal.addEventListener('abort', giveUp)
    const call = begin(settle)
  })

/** One request, one reply. */
export const unary =
  <Q, A>(
    channel: Channel,
    method: MethodDefinition<Q, A>,
    request: Q,
    signal: Signal,
  ): TaskEither<CallFailure, A> =>
  () =>
    run(channel, signal, (settle) =>
      channel.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        channel.metadata(),
        (error, reply) => {
          if (error !== null) settle(left(said(error)))
          else if (reply !== undefined) settle(right(reply))
          else settle(left(EMPTY_REPLY))
        },
      ),
    )

/**
 * One request, a stream of replies, folded as they come. Right only once the other side has said that this was
 * all: what broke off is a failure. `step` may break it off itself.
 */
export const fold =
  <Q, A, S>(
    channel: Channel,
    method: MethodDefinition<Q, A>,
    request: Q,
    empty: () => S,
    step: (state: S, reply: A) => Either<CallFailure, S>,
    signal: Signal,
  ): TaskEither<CallFailure, S> =>
  () =>
    run(channel, signal, (settle) => {
      let state = empty()
      // The last replies may be read after the status has come, so both are waited for.
      let ended = false
      let complete = false
      const finish = (): void => {
        if (ended && complete) settle(right(state))
      }
      const call = channel.client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        channel.metadata(),
      )
      call.on('data', (reply: A) => {
        const next = step(state, reply)
        if (isLeft(next)) {
          settle(next)
          call.cancel()
        } else state = next.right
      })
      call.on('end', () => {
        ended = true
        finish()
      })
      call.on('status', ({ code }) => {
        complete = code === status.OK
        finish()
      })
      call.on('error', (error: ServiceError) => settle(left(said(error))))
      return call
    })
