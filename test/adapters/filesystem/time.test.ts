import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { clock, clockFrom } from '../../../adapters/filesystem/clock.js'
import { timers } from '../../../adapters/filesystem/timers.js'
import { type Failure, failure } from '../../../ports/failure.js'
import type { Signal } from '../../../ports/signal.js'
import { left, right } from './support.js'

describe('the clock', () => {
  it('tells the time of the system, never earlier and less than 2 ms late', () => {
    const { now } = clock()
    for (let n = 0; n < 1000; n++) {
      const before = BigInt(Date.now()) * 1_000_000n
      const time = now()
      const after = BigInt(Date.now() + 1) * 1_000_000n
      expect(time).toBeGreaterThanOrEqual(before)
      expect(time).toBeLessThanOrEqual(after)
    }
  })

  it('tells times between milliseconds, and goes forward', () => {
    const { now } = clock()
    const times = Array.from({ length: 1000 }, now)
    for (const [n, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(times[n - 1] ?? 0n)
    expect(new Set(times).size).toBeGreaterThan(500)
  })

  // A machine whose real time is `truth` ns, of which the wall clock tells whole milliseconds.
  const machine = (truth: bigint) => {
    let real = truth
    let steady = 10n ** 15n
    const pass = (ns: bigint) => {
      real += ns
      steady += ns
    }
    const made = clockFrom({
      wall: () => {
        pass(700n)
        return Number(real / 1_000_000n)
      },
      steady: () => {
        pass(300n)
        return steady
      },
    })
    return { pass, set: (ns: bigint) => (real = ns), now: made.now, real: () => real }
  }

  it.each([0n, 123_456_789n, 1_795_445_431_431_213_697n, 9_214_646_400_000_000_000n])(
    'is right to 2 µs from its first word on, at %s',
    (truth) => {
      const { now, real, pass } = machine(truth)
      for (let n = 0; n < 100; n++) {
        const late = real() - now()
        expect(late).toBeLessThan(2_000n)
        expect(late).toBeGreaterThan(-2_000n)
        pass(1_234_567n)
      }
    },
  )

  it('follows the system’s clock when that is set, forward or back', () => {
    const { now, set, real } = machine(1_000_000_000_000n)
    for (const time of [9_000_000_000_000n, 3_000_000_000n]) {
      set(time)
      const off = now() - real()
      expect(off < 0n ? -off : off).toBeLessThan(1_002_000n)
    }
  })

  it.each(['before', 'after'])('is not misled by a pause %s it looks at the system’s', (place) => {
    let real = 10n ** 15n
    let pause = 0n
    const { now } = clockFrom({
      wall: () => {
        if (place === 'before') real += pause
        const told = Number(real / 1_000_000n)
        if (place === 'after') real += pause
        return told
      },
      steady: () => {
        real += 100n
        return real
      },
    })
    for (pause = 500_400_000n; pause >= 0n; pause -= 500_400_000n) {
      const off = now() - real
      expect(off < 0n ? -off : off).toBeLessThan(2_000n)
    }
  })
})

describe('a deadline', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const never: TE.TaskEither<Failure, string> = () => new Promise(() => undefined)

  it('lets through what comes in time, right or left, and leaves no timer', async () => {
    const broken = failure('Denied', 'x', 'y', 'z')
    expect(await right(timers.within(100, 'x', () => TE.right('answer')))).toBe('answer')
    expect(await left(timers.within(100, 'x', () => TE.left(broken)))).toBe(broken)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('ends what never settles, says so, and aborts the signal', async () => {
    const signals: Signal[] = []
    const running = timers.within(10_000, 'load task web-1', (signal) => {
      signals.push(signal)
      return never
    })()
    await vi.advanceTimersByTimeAsync(9_999)
    expect(signals.map((signal) => signal.aborted)).toEqual([false])
    await vi.advanceTimersByTimeAsync(1)
    expect(await running).toEqual(
      E.left(failure('TimedOut', 'load task web-1', 'a deadline of 10000 ms', '')),
    )
    expect(signals.map((signal) => signal.aborted)).toEqual([true])
  })

  it('is TimedOut also for one that gives up at the signal with another failure', async () => {
    const running = timers.within(
      5,
      'x',
      (signal) => () =>
        new Promise<E.Either<Failure, string>>((resolve) => {
          signal.addEventListener('abort', () =>
            resolve(E.left(failure('Unavailable', 'x', 'y', 'cancelled'))),
          )
        }),
    )()
    await vi.advanceTimersByTimeAsync(5)
    expect(await running).toMatchObject({ left: { tag: 'TimedOut' } })
  })

  it('starts when the task is run, each time anew', async () => {
    let used = 0
    const program = timers.within(100, 'x', () => {
      used++
      return TE.right('answer')
    })
    await vi.advanceTimersByTimeAsync(500)
    expect(used).toBe(0)
    expect(await right(program)).toBe('answer')
    expect(await right(program)).toBe('answer')
    expect(used).toBe(2)
  })

  it('longer than Node can count does not end at once', async () => {
    let settled = false
    void timers
      .within(Number.POSITIVE_INFINITY, 'x', () => never)()
      .then(() => {
        settled = true
      })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(settled).toBe(false)
  })

  it('does not swallow a bug', async () => {
    const bug = (): typeof never => () => Promise.reject(new Error('a bug'))
    await expect(timers.within(100, 'x', bug)()).rejects.toThrow('a bug')
    const atOnce = () => {
      throw new Error('a bug')
    }
    await expect(timers.within(100, 'x', atOnce)()).rejects.toThrow('a bug')
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a sleep', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const sleeping = (ms: number, signal: Signal): { readonly awake: () => boolean } => {
    let awake = false
    void timers.sleep(ms, signal).then(() => {
      awake = true
    })
    return { awake: () => awake }
  }

  it('takes its time', async () => {
    const { awake } = sleeping(1000, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(999)
    expect(awake()).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(awake()).toBe(true)
  })

  it('ends at once when its signal aborts, and leaves no timer that keeps the process', async () => {
    const controller = new AbortController()
    const { awake } = sleeping(300_000, controller.signal)
    controller.abort()
    await vi.advanceTimersByTimeAsync(0)
    expect(awake()).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not begin for a signal that has aborted', async () => {
    const { awake } = sleeping(300_000, AbortSignal.abort())
    await vi.advanceTimersByTimeAsync(0)
    expect(awake()).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('leaves nothing behind at a signal that outlives it', async () => {
    const listeners = new Set<() => void>()
    const signal: Signal = {
      aborted: false,
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    }
    sleeping(10, signal)
    expect(listeners.size).toBe(1)
    await vi.advanceTimersByTimeAsync(10)
    expect(listeners.size).toBe(0)
  })

  it('longer than Node can count does not end at once', async () => {
    const { awake } = sleeping(Number.POSITIVE_INFINITY, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(awake()).toBe(false)
  })
})
