import { left } from 'fp-ts/lib/Either.js'
import { failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import type { Clock, Timers } from '../../ports/time.js'
import { activity } from './activity.js'

const NS_PER_MS = 1_000_000n

interface Due {
  readonly at: bigint
}

interface Deadline extends Due {
  /** How many calls that hang may be what it waits for. */
  stuck: number
  readonly pass: () => void
}

interface Sleeper extends Due {
  readonly wake: () => void
}

const byTime = (a: Due, b: Due): number => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)
const earliest = (all: Iterable<Due>): bigint | null => [...all].sort(byTime)[0]?.at ?? null

/**
 * Virtual time: it stands still while anybody can go on, and leaps to the next deadline when all that is left hangs,
 * waking on the way whoever sleeps less long. Sleepers alone move nothing, or whoever looks again every second would
 * do so for ever: they sleep until a test lets time go by.
 */
export interface Timeline {
  readonly clock: Clock
  readonly timers: Timers
  /** Lets time go by at once; deadlines that are due pass, and sleepers wake, after it. */
  readonly advance: (ns: bigint) => void
  /**
   * Lets time go by in steps: what falls due does so at its own time, in order, and all that follows from it is done
   * before the next step. Resolves when nobody can go on without more time, or something that happens outside.
   */
  readonly pass: (ns: bigint) => Promise<void>
  /** Sets what the clock shows, backwards too; deadlines take no notice. */
  readonly setClock: (now: bigint) => void
  /** A call was begun or answered: `by` is +1 or -1. */
  readonly move: (by: 1 | -1) => void
  /** A call hangs, until its signal aborts or what it waits for has come. */
  readonly hang: (signal: Signal | undefined, until?: Promise<void>) => Promise<void>
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
  let watching = false
  let stopped = false
  const open = new Set<Deadline>()
  const bySignal = new WeakMap<Signal, Deadline>()
  const sleepers = new Set<Sleeper>()
  const { note, isMoving, quiet, answered, ...going } = activity()

  /** What is due by now comes, in the order of its time, deadlines before sleepers. */
  const fallDue = (isDue: (d: Deadline) => boolean): void => {
    for (const deadline of [...open].filter((d) => d.at <= elapsed && isDue(d)).sort(byTime)) {
      open.delete(deadline)
      deadline.pass()
    }
    for (const sleeper of [...sleepers].filter(({ at }) => at <= elapsed).sort(byTime)) sleeper.wake()
  }
  const advance = (ns: bigint): void => {
    elapsed += ns
    fallDue(() => true)
  }
  /** Those that hang, and those that were open before them: one of these may be around them, and comes due like them. */
  const stuckOrAround = (): ReadonlySet<Deadline> => {
    const all = [...open]
    return new Set(all.slice(0, all.findLastIndex((d) => d.stuck > 0) + 1))
  }
  const leap = (): void => {
    const waiting = stuckOrAround()
    if (waiting.size === 0) return
    const next = earliest([...waiting, ...sleepers])
    if (next !== null && next > elapsed) elapsed = next
    fallDue((d) => waiting.has(d))
  }
  /** Until nobody can go on without time, or without something that happens outside. */
  const settle = async (): Promise<void> => {
    while (!(await quiet()) || watching) await answered()
  }
  const pass = async (ns: bigint): Promise<void> => {
    const until = elapsed + ns
    for (;;) {
      await settle()
      const next = earliest([...open, ...sleepers])
      if (next === null || next > until) break
      advance(next > elapsed ? next - elapsed : 0n)
    }
    if (until > elapsed) elapsed = until
  }
  const watchForIdle = async (): Promise<void> => {
    if (watching || isMoving()) return
    watching = true
    const still = await quiet()
    watching = false
    // A call that came and went while this was on its way has found somebody watching, who had given up.
    if (!still) lookOut()
    else if (!isMoving()) leap()
  }
  /** Only a hung call needs time to leap: without one there is nothing to look out for. */
  const lookOut = (): void => {
    for (const deadline of open) {
      if (deadline.stuck > 0) {
        void watchForIdle()
        return
      }
    }
  }
  const move = (by: 1 | -1): void => {
    going.move(by)
    lookOut()
  }
  const hang = async (signal: Signal | undefined, until?: Promise<void>): Promise<void> => {
    const own = signal === undefined ? undefined : bySignal.get(signal)
    const around = own === undefined ? [...open] : [own]
    for (const deadline of around) deadline.stuck += 1
    await new Promise<void>((resolve) => {
      if (signal?.aborted) resolve()
      else signal?.addEventListener('abort', resolve)
      void until?.then(resolve)
      move(-1)
    })
    for (const deadline of around) deadline.stuck -= 1
    move(1)
  }

  const timers: Timers = {
    within: (ms, asked, use) => () =>
      new Promise((resolve, reject) => {
        const signal = new VirtualSignal()
        const deadline: Deadline = {
          at: elapsed + BigInt(ms) * NS_PER_MS,
          stuck: 0,
          pass: () => {
            note()
            resolve(left(failure('TimedOut', asked, 'the simulated node', `no answer within ${ms} ms`)))
            signal.abort()
            lookOut()
          },
        }
        if (!stopped) open.add(deadline)
        bySignal.set(signal, deadline)
        note()
        use(signal)().then((reply) => {
          open.delete(deadline)
          note()
          resolve(reply)
          lookOut()
        }, reject)
      }),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        // The dead do not wake.
        if (stopped) return
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', wake)
          note()
          resolve()
          lookOut()
        }
        const sleeper: Sleeper = { at: elapsed + BigInt(ms) * NS_PER_MS, wake }
        sleepers.add(sleeper)
        signal.addEventListener('abort', wake)
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
      going.stop()
    },
  }
}
