import { setMaxListeners } from 'node:events'
import { type handleUnaryCall, Metadata, status } from '@grpc/grpc-js'
import type { Either } from 'fp-ts/lib/Either.js'
import { isRight } from 'fp-ts/lib/Either.js'
import { describe, type Failure, type FailureTag } from '../../ports/failure.js'
import type { Phase } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'

/** Why a call has no answer, in gRPC's terms. */
export interface Refusal {
  readonly code: status
  readonly details: string
}

export const refusal = (code: status, details: string): Refusal => ({ code, details })

const CODES: Readonly<Record<FailureTag, status>> = {
  NotFound: status.NOT_FOUND,
  AlreadyExists: status.ALREADY_EXISTS,
  TimedOut: status.DEADLINE_EXCEEDED,
  Unavailable: status.UNAVAILABLE,
  Denied: status.FAILED_PRECONDITION,
  Malformed: status.UNKNOWN,
  Exhausted: status.RESOURCE_EXHAUSTED,
}

export const refusalOf = (failure: Failure): Refusal => refusal(CODES[failure.tag], describe(failure))

/** `signal` aborts once the client has gone, or its time is up. */
export type Handler<Q, A> = (request: Q, signal: Signal) => Promise<Either<Refusal, A>>

/** What is told of each call, and to whom. */
export interface Watcher {
  readonly phase: () => Phase
  /** `code` as Prometheus' gRPC metrics name it */
  readonly handled: (method: string, code: string, seconds: number) => void
  readonly log: (level: 'debug' | 'error', message: string) => void
}

/** gRPC's codes as Go prints them: the words that dashboards know. */
const NAMES: Readonly<Record<status, string>> = {
  [status.OK]: 'OK',
  [status.CANCELLED]: 'Canceled',
  [status.UNKNOWN]: 'Unknown',
  [status.INVALID_ARGUMENT]: 'InvalidArgument',
  [status.DEADLINE_EXCEEDED]: 'DeadlineExceeded',
  [status.NOT_FOUND]: 'NotFound',
  [status.ALREADY_EXISTS]: 'AlreadyExists',
  [status.PERMISSION_DENIED]: 'PermissionDenied',
  [status.RESOURCE_EXHAUSTED]: 'ResourceExhausted',
  [status.FAILED_PRECONDITION]: 'FailedPrecondition',
  [status.ABORTED]: 'Aborted',
  [status.OUT_OF_RANGE]: 'OutOfRange',
  [status.UNIMPLEMENTED]: 'Unimplemented',
  [status.INTERNAL]: 'Internal',
  [status.UNAVAILABLE]: 'Unavailable',
  [status.DATA_LOSS]: 'DataLoss',
  [status.UNAUTHENTICATED]: 'Unauthenticated',
}

/** Starts the clock of a call; what it returns stops it, once. */
export const timed = (watcher: Watcher, method: string): ((code: status) => void) => {
  const began = performance.now()
  let told = false
  return (code) => {
    if (told) return
    told = true
    watcher.handled(method, NAMES[code], (performance.now() - began) / 1000)
  }
}

/** The trailer of an answer that was given while not everything was known. */
export const PHASE_TRAILER = 'cri-recover-phase'

const trailerOf = (phase: Phase): Metadata => {
  const trailer = new Metadata()
  if (phase !== 'serving') trailer.set(PHASE_TRAILER, phase)
  return trailer
}

/** One request, one answer. A bug fails its own call, not the process: containers' logs flow through it. */
export const unary =
  <Q, A>(watcher: Watcher, method: string, handler: Handler<Q, A>): handleUnaryCall<Q, A> =>
  (call, callback) => {
    const done = timed(watcher, method)
    const gone = new AbortController()
    // One call may ask containerd for many snapshots side by side, which Node would warn of as of a leak.
    setMaxListeners(0, gone.signal)
    call.on('cancelled', () => {
      gone.abort()
      done(status.CANCELLED)
    })
    const refuse = ({ code, details }: Refusal): void => {
      done(code)
      if (code !== status.UNIMPLEMENTED) watcher.log('debug', `${method}: ${details}`)
      callback({ code, details, metadata: trailerOf(watcher.phase()) })
    }
    handler(call.request, gone.signal).then(
      (answer) => {
        if (!isRight(answer)) return refuse(answer.left)
        done(status.OK)
        callback(null, answer.right, trailerOf(watcher.phase()))
      },
      (bug: unknown) => {
        watcher.log('error', `${method}: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`)
        refuse(refusal(status.INTERNAL, 'a bug in cri-recover: see its log'))
      },
    )
  }
