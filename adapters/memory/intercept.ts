import { type Either, left } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { type Failure, type FailureTag, failure, type Unreached } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import { asksContainerd, CALLS, type CallName } from './calls.js'
import type { Faults } from './faults.js'
import type { Timeline } from './time.js'
import type { Fault } from './world.js'

/** A port call as it happened. */
export interface Call {
  /** The place among all calls, from 1, in the order in which they took effect. */
  readonly n: number
  readonly call: CallName
  /** What it was about: an id, a path, a digest, a kind. */
  readonly id: string | null
  readonly mutating: boolean
  /** ns since 1970 */
  readonly at: bigint
  readonly outcome: 'done' | FailureTag | 'hung' | 'crashed'
}

/** What the simulated other side says no with. */
export interface Refusal {
  readonly tag: FailureTag
  readonly said: string
  /** Only with `Unavailable`: nobody was there to do anything. */
  readonly unreached?: Unreached
}

export const refuse = (tag: FailureTag, said: string): Either<Refusal, never> => left({ tag, said })

/** A port call before it happens. `act` is all that it does, in one step. */
interface Operation<A> {
  readonly call: CallName
  readonly id: string | null
  /** As `delete task web-1`. */
  readonly asked: string
  readonly signal?: Signal
  /** What it waits for before it takes effect, as long as its signal lets it; null: nothing */
  readonly until?: () => Promise<void> | null
  readonly act: () => Either<Refusal, A>
  /** What a crash in the middle of it leaves behind, where that is not nothing. */
  readonly tear?: () => void
}

export type Moment = 'before' | 'after'

/** When the process dies: before the call takes effect, after it, or in the middle. */
export type CrashWhen = 'before' | 'after' | 'torn'

export interface Interceptor {
  readonly run: <A>(operation: Operation<A>) => TaskEither<Failure, A>
  readonly log: readonly Call[]
  /** The process dies at the n-th call from now on: no call is answered then, nothing changes any more. */
  readonly crashAt: (n: number, when: CrashWhen, counting: 'all' | 'mutating') => void
  /** Resolves when that happens. */
  readonly death: Promise<Call>
  readonly isDead: () => boolean
}

export interface Surroundings {
  readonly time: Timeline
  readonly faults: Faults
  readonly containerdIsUp: () => boolean
  /** Virtual time that each call takes. */
  readonly tick: bigint
  /** Waited for before a call takes effect and before it is answered: schedules replies, disturbs the node. */
  readonly gate: ((call: Pick<Call, 'call' | 'id' | 'mutating'>, moment: Moment) => Promise<void>) | null
}

/** Whom a call asks, as failures name it. */
export const partner = (call: CallName): string =>
  asksContainerd(call)
    ? 'the simulated containerd'
    : call === 'shims.state' || call === 'shims.watch'
      ? 'the simulated shim'
      : 'the simulated file system'

const never = <A>(): Promise<A> => new Promise(() => undefined)

const NOBODY: Refusal = { tag: 'Unavailable', said: 'nobody listens there', unreached: 'no-socket' }

interface Crash {
  readonly left: number
  readonly when: CrashWhen
  readonly counting: 'all' | 'mutating'
}

/** What a call answered, and how the log remembers it. */
interface Performed<A> {
  readonly reply: Either<Failure, A>
  readonly outcome: Call['outcome']
}

const performed = <A>(reply: Either<Failure, A>): Performed<A> => ({
  reply,
  outcome: reply._tag === 'Left' ? reply.left.tag : 'done',
})

/** The one point that every call of every port goes through: log, faults, crashes, schedules. */
export const interceptor = (around: Surroundings): Interceptor => {
  const { time, faults } = around
  const log: Call[] = []
  let crash: Crash | null = null
  let dead = false
  let died: (call: Call) => void = () => undefined
  const death = new Promise<Call>((resolve) => {
    died = resolve
  })

  const dies = (mutating: boolean): CrashWhen | null => {
    if (crash === null || (crash.counting === 'mutating' && !mutating)) return null
    if (crash.left === 1) return crash.when
    crash = { ...crash, left: crash.left - 1 }
    return null
  }

  const act = <A>(op: Operation<A>): Either<Failure, A> => {
    const up = !asksContainerd(op.call) || around.containerdIsUp()
    const reply = up ? op.act() : left(NOBODY)
    if (reply._tag === 'Right') return reply
    const { tag, said, unreached } = reply.left
    const more = unreached === undefined ? {} : { unreached, mayHaveHappened: false }
    return left(failure(tag, op.asked, partner(op.call), said, more))
  }

  const perform = async <A>(op: Operation<A>): Promise<Performed<A>> => {
    const of = partner(op.call)
    // Who waits first does what can be done by its deadline, however soon that is.
    if (op.signal?.aborted && op.until === undefined)
      return performed(
        left(failure('TimedOut', op.asked, of, 'given up before it was asked', { mayHaveHappened: false })),
      )
    const fault = faults.take(op.call, op.id)
    if (fault === null) {
      const awaited = op.until?.() ?? null
      if (awaited !== null) await time.hang(op.signal, awaited)
      return dead ? never() : performed(act(op))
    }
    if (fault.when === 'after') act(op)
    const failed = left(faultFailure(fault, op.asked, of, CALLS[op.call]))
    if (fault.answer !== 'hang') return performed(failed)
    await time.hang(op.signal)
    return { reply: failed, outcome: 'hung' }
  }

  const run =
    <A>(op: Operation<A>): TaskEither<Failure, A> =>
    async () => {
      const about = { call: op.call, id: op.id, mutating: CALLS[op.call] }
      if (dead) return never()
      time.move(1)
      if (around.gate !== null) await around.gate(about, 'before')
      if (dead) return never()
      time.advance(around.tick)
      const n = log.length + 1
      const note = (outcome: Call['outcome']): Call => {
        const call: Call = { n, ...about, at: time.clock.now(), outcome }
        log[n - 1] = call
        return call
      }
      note('hung')
      const end = dies(about.mutating)
      if (end === 'torn') op.tear?.()
      const answer = end === null || end === 'after' ? perform(op) : null
      if (end !== null || answer === null) {
        dead = true
        time.stop()
        died(note('crashed'))
        return never()
      }
      const { reply, outcome } = await answer
      if (dead) return never()
      note(outcome)
      if (around.gate !== null) await around.gate(about, 'after')
      if (dead) return never()
      time.move(-1)
      return reply
    }

  return {
    run,
    log,
    death,
    isDead: () => dead,
    crashAt: (n, when, counting) => {
      crash = { left: n, when, counting }
    },
  }
}

/** A fault as the failure that its caller sees. Only what changes the node can have happened all the same. */
export const faultFailure = (fault: Fault, asked: string, of: string, mutating: boolean): Failure => {
  const tag = fault.answer === 'hang' ? 'TimedOut' : fault.answer
  const plain = failure(tag, asked, of, fault.said)
  return {
    ...plain,
    unreached: tag === 'Unavailable' ? fault.unreached : null,
    mayHaveHappened:
      mutating &&
      (fault.when === 'after' ||
        (plain.mayHaveHappened && fault.unreached !== 'no-socket' && fault.unreached !== 'refused')),
  }
}
