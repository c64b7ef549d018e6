import { left } from 'fp-ts/lib/Either.js'
import { failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import type { Clock, Timers } from '../../ports/time.js'

/**
 * How many turns of the microtask queue without a call count as "nobody can go on". Only chains of pure steps lie
 * between two calls; one longer than this merely sees a hung neighbour's deadline pass earlier.
 */
const PATIENCE = 1000

const NS_PER_MS = 1_000_000n

interface Deadline {
  readonly at: bigint
  /** Whether a call that hangs may be what it waits for. */
  stuck: boolean
  readonly pass: () => void
}

/** Virtual time: it stands still while anybody can go on, and leaps to the next deadline when all that is left hangs. */
export interface Timeline {
  readonly clock: Clock
  readonly timers: Timers
  /** Lets time go by; deadlines that are due pass. */
  readonly advance: (ns: bigint) => void
  /**
   * The same with everything done on the way that falls due: sleepers wake in their order, and what they do is done
   * before the next one wakes. Whoever sleeps sleeps until time goes by in one of these ways.
   */
  readonly pass: (ns: bigint) => Promise<void>
  /** Sets what the clock shows, backwards too; deadlines take no notice. */
  readonly setClock: (now: bigint) => void
  /** A call was begun or answered: `by` is +1 or -1. */
  readonly move: (by: 1 | -1) => void
  /** Never answers, unless its signal aborts. */
  readonly hang: (signal: Signal | undefined) => Promise<void>
  /** The process died: nothing comes due any more. */
  readonly stop: () => void
}

class VirtualSignal implements Signal {
  aborted = false
  readonly #listeners = new Set<() => void>()
  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }
  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }
  abort(): void {
    this.aborted = true
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Time that begins at `start` (ns since 1970). */
export const timeline = (start: bigint): Timeline => {
  let elapsed = 0n
  let shownAtZero = start
  let moving = 0
  let moves = 0
  let watching = false
  let stopped = false
  const open = new Set<Deadline>()
  const bySignal = new WeakMap<Signal, Deadline>()

  const sleepers = new Set<{ readonly at: bigint; readonly wake: () => void }>()

  const passUpTo = (due: (d: Deadline) => boolean): void => {
    for (const deadline of [...open].filter(due).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
      open.delete(deadline)
      deadline.pass()
    }
  }
  const wakeUp = (): void => {
    for (const sleeper of [...sleepers].filter(({ at }) => at <= elapsed)) {
      sleepers.delete(sleeper)
      moves += 1
      sleeper.wake()
    }
  }
  const advance = (ns: bigint): void => {
    elapsed += ns
    passUpTo((d) => d.at <= elapsed)
    wakeUp()
  }
  /** Those that hang, and those that were open before them: one of these may be around them, and comes due like them. */
  const stuckOrAround = (): ReadonlySet<Deadline> => {
    const all = [...open]
    return new Set(all.slice(0, all.findLastIndex((d) => d.stuck) + 1))
  }
  const leap = (): void => {
    const waiting = stuckOrAround()
    const next = [...waiting].reduce<bigint | null>(
      (least, d) => (least === null || d.at < least ? d.at : least),
      null,
    )
    if (next === null) return
    if (next > elapsed) elapsed = next
    passUpTo((d) => waiting.has(d) && d.at <= elapsed)
    wakeUp()
  }
  /** Until nobody can go on without time, or without something that happens outside. */
  const settle = async (): Promise<void> => {
    let seen = moves
    for (let quiet = 0; quiet < PATIENCE; quiet += 1) {
      await null
      if (moves !== seen || moving > 0) quiet = 0
      seen = moves
    }
  }
  const pass = async (ns: bigint): Promise<void> => {
    const until = elapsed + ns
    for (;;) {
      await settle()
      const [next] = [...sleepers]
        .map(({ at }) => at)
        .filter((at) => at <= until)
        .sort((a, b) => Number(a - b))
      if (next === undefined) break
      advance(next > elapsed ? next - elapsed : 0n)
    }
    advance(until > elapsed ? until - elapsed : 0n)
    await settle()
  }
  const watchForIdle = async (): Promise<void> => {
    if (watching || moving > 0) return
    watching = true
    let seen = moves
    for (let quiet = 0; quiet < PATIENCE && moving === 0; quiet += 1) {
      await null
      if (moves !== seen) quiet = 0
      seen = moves
    }
    watching = false
    if (moving === 0) leap()
  }
  /** Only a hung call needs time to leap: without one there is nothing to look out for. */
  const lookOut = (): void => {
    for (const deadline of open) {
      if (deadline.stuck) {
        void watchForIdle()
        return
      }
    }
  }
  const move = (by: 1 | -1): void => {
    moving += by
    moves += 1
    lookOut()
  }
  const hang = (signal: Signal | undefined): Promise<void> => {
    const own = signal === undefined ? undefined : bySignal.get(signal)
    if (own !== undefined) own.stuck = true
    else for (const deadline of open) deadline.stuck = true
    return new Promise<void>((resolve) => {
      if (signal?.aborted) resolve()
      else signal?.addEventListener('abort', () => resolve())
      move(-1)
    }).then(() => move(1))
  }

  const timers: Timers = {
    within: (ms, asked, use) => () =>
      new Promise((resolve, reject) => {
        const signal = new VirtualSignal()
        const deadline: Deadline = {
          at: elapsed + BigInt(ms) * NS_PER_MS,
          stuck: false,
          pass: () => {
            moves += 1
            resolve(left(failure('TimedOut', asked, 'the simulated node', `no answer within ${ms} ms`)))
            signal.abort()
            lookOut()
          },
        }
        if (!stopped) open.add(deadline)
        bySignal.set(signal, deadline)
        moves += 1
        use(signal)().then((reply) => {
          open.delete(deadline)
          moves += 1
          resolve(reply)
          lookOut()
        }, reject)
      }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || stopped) return resolve()
        const sleeper = { at: elapsed + BigInt(ms) * NS_PER_MS, wake: resolve }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          moves += 1
          resolve()
        })
      }),
  }
  return {
    clock: { now: () => shownAtZero + elapsed },
    timers,
    advance,
    pass,
    setClock: (now) => {
      shownAtZero = now - elapsed
    },
    move,
    hang,
    stop: () => {
      stopped = true
      open.clear()
      sleepers.clear()
    },
  }
}
