import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { calm, tagOf } from '../../../adapters/fast-check/contract/files.js'
import { emptyWorld, simulate } from '../../../adapters/memory/index.js'
import type { Ports } from '../../../ports/ports.js'
import type { Signal } from '../../../ports/signal.js'

const START = 1_795_445_431_000_000_000n
const SECOND = 1_000_000_000n

const node = () => simulate(emptyWorld(START))
const patient = ({ tasks, timers }: Ports, id: string, ms = 10_000) =>
  timers.within(ms, `ask ${id}`, (signal) => tasks.get(id, signal))

const sleeping = (n: ReturnType<typeof node>, told: string[], ...all: readonly number[]) => {
  for (const ms of all) void n.ports.timers.sleep(ms, calm).then(() => told.push(`${ms} at ${sinceStart(n)}`))
}
const sinceStart = (n: ReturnType<typeof node>): bigint => (n.ports.clock.now() - START) / 1_000_000n

describe('virtual time', () => {
  it('stands still while calls are answered', async () => {
    const n = node()
    for (let k = 0; k < 10; k += 1) await patient(n.ports, 'x')()
    expect(n.ports.clock.now()).toBe(START)
  })
  it('leaps to the deadline of a call that hangs, without waiting', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    expect(tagOf(await patient(n.ports, 'x')())).toBe('TimedOut')
    expect(n.ports.clock.now()).toBe(START + 10n * SECOND)
    expect(n.log.map(({ outcome }) => outcome)).toEqual(['hung'])
  })
  it('lets those that hang side by side pass together, and those after them later', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    await Promise.all(['a', 'b', 'c'].map((id) => patient(n.ports, id)()))
    expect(n.ports.clock.now()).toBe(START + 10n * SECOND)
    await Promise.all(['a', 'b'].map((id) => patient(n.ports, id)()))
    expect(n.ports.clock.now()).toBe(START + 20n * SECOND)
  })
  it('does not move before whoever can go on has gone on', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', id: 'stuck', answer: 'hang' })
    const long = async () => {
      for (let k = 0; k < 500; k += 1) await patient(n.ports, `quick-${k}`)()
      return n.ports.clock.now()
    }
    const [, at] = await Promise.all([patient(n.ports, 'stuck')(), long()])
    expect(at).toBe(START)
  })
  it('does not move while somebody goes on from deadline to deadline without a call', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    const pure = async () => {
      for (let k = 0; k < 50; k += 1) {
        await n.ports.timers.within(1000, 'think', () => TE.right(k))()
        for (let turn = 0; turn < 100; turn += 1) await null
      }
      return n.ports.clock.now()
    }
    const [, at] = await Promise.all([patient(n.ports, 'x')(), pure()])
    expect(at).toBe(START)
  })
  it('passes deadlines in their order, and leaves those alone that no hung call is under', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    const passed: string[] = []
    const waiting = ['30', '10', '20'].map((ms) =>
      patient(n.ports, ms, Number(ms))().then(() => passed.push(ms)),
    )
    let answer: (reply: { _tag: 'Right'; right: number }) => void = () => undefined
    const outside = n.ports.timers.within(
      5,
      'ask a person',
      () => () =>
        new Promise<{ _tag: 'Right'; right: number }>((r) => {
          answer = r
        }),
    )()
    await Promise.all(waiting)
    expect(passed).toEqual(['10', '20', '30'])
    answer({ _tag: 'Right', right: 7 })
    expect(await outside).toEqual({ _tag: 'Right', right: 7 })
  })
  it('passes a deadline around others when it is due, and not when theirs are', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    const start = n.ports.clock.now()
    const around = n.ports.timers.within(25, 'ask thrice', () => async () => {
      for (const ms of ['10', '20', '30']) await patient(n.ports, ms, 10)()
      return { _tag: 'Right' as const, right: 7 }
    })
    expect(tagOf(await around())).toBe('TimedOut')
    expect(n.ports.clock.now() - start).toBe(25_000_000n)
  })
  it('frees a call that hangs without a signal of its own', async () => {
    const n = node()
    n.faults.add({ call: 'checkpoints.read', answer: 'hang' })
    const reply = await n.ports.timers.within(1000, 'read', () => n.ports.checkpoints.read('web'))()
    expect(tagOf(reply)).toBe('TimedOut')
    expect(n.ports.clock.now()).toBe(START + SECOND)
  })
  it('gives up a call that hangs when a signal from outside aborts', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    const controller = new AbortController()
    const waiting = n.ports.tasks.get('x', controller.signal)()
    controller.abort()
    expect(tagOf(await waiting)).toBe('TimedOut')
  })
  it('goes by when told, and passes what is due', async () => {
    const n = node()
    const waiting = n.ports.timers.within(1000, 'ask', () => () => new Promise<never>(() => undefined))()
    n.advance(SECOND - 1n)
    expect(await Promise.race([waiting, Promise.resolve('open')])).toBe('open')
    n.advance(1n)
    expect(tagOf(await waiting)).toBe('TimedOut')
  })
  it('shows another time when the clock is set, and keeps its deadlines', async () => {
    const n = node()
    n.setClock(0n)
    expect(n.ports.clock.now()).toBe(0n)
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    await patient(n.ports, 'x')()
    expect(n.ports.clock.now()).toBe(10n * SECOND)
  })
  it('takes a tick for each call where it is told to', async () => {
    const n = simulate(emptyWorld(START), { tick: 5n })
    await n.ports.tasks.list(calm)()
    await n.ports.checkpoints.read('web')()
    expect(n.ports.clock.now()).toBe(START + 10n)
  })
  it('ten thousand items, some hanging, eight at a time: as many deadlines as rounds that hang', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', id: 'bad', answer: 'hang' })
    const ids = Array.from({ length: 10_000 }, (_, k) => (k % 1000 === 0 ? 'bad' : `id-${k}`))
    const queue = ids.values()
    const worker = async () => {
      for (const id of queue) await patient(n.ports, id)()
    }
    await Promise.all(Array.from({ length: 8 }, worker))
    expect(n.log).toHaveLength(10_000)
    expect((n.ports.clock.now() - START) / (10n * SECOND)).toBeLessThanOrEqual(10n)
  })
  it('passes on what throws', async () => {
    const bug = () => Promise.reject(new Error('a bug'))
    await expect(node().ports.timers.within(10, 'ask', (_: Signal) => bug)()).rejects.toThrow('a bug')
    expect(await node().ports.timers.within(10, 'ask', () => TE.right(1))()).toEqual({
      _tag: 'Right',
      right: 1,
    })
  })
})

describe('a sleeper', () => {
  it('wakes at its own time, and what it does is done before the next one wakes', async () => {
    const n = node()
    const told: string[] = []
    sleeping(n, told, 3000, 1000, 2000)
    void n.ports.timers.sleep(1500, calm).then(async () => {
      await n.ports.tasks.list(calm)()
      told.push(`asked at ${sinceStart(n)}`)
      await n.ports.timers.sleep(250, calm)
      told.push(`again at ${sinceStart(n)}`)
    })
    await n.pass(10n * SECOND)
    expect(told).toEqual(['1000 at 1000', 'asked at 1500', 'again at 1750', '2000 at 2000', '3000 at 3000'])
    expect(sinceStart(n)).toBe(10_000n)
  })
  it('wakes in the order of its time where all of it goes by at once', async () => {
    const n = node()
    const told: string[] = []
    sleeping(n, told, 3000, 1000, 2000)
    n.advance(10n * SECOND)
    await n.pass(0n)
    expect(told).toEqual(['1000 at 10000', '2000 at 10000', '3000 at 10000'])
  })
  it('sleeps on where less time goes by', async () => {
    const n = node()
    const told: string[] = []
    sleeping(n, told, 1000)
    await n.pass(SECOND - 1n)
    expect(told).toEqual([])
    await n.pass(1n)
    expect(told).toEqual(['1000 at 1000'])
  })
  it('wakes at once when its signal aborts, and not at all for a signal that has', async () => {
    const n = node()
    const controller = new AbortController()
    const long = n.ports.timers.sleep(1_000_000, controller.signal)
    controller.abort()
    await long
    await n.ports.timers.sleep(1_000_000, controller.signal)
    expect(n.ports.clock.now()).toBe(START)
  })
  it('leaves nothing behind at a signal that outlives it', async () => {
    const n = node()
    const listeners = new Set<() => void>()
    const signal: Signal = {
      aborted: false,
      addEventListener: (_, listener) => listeners.add(listener),
      removeEventListener: (_, listener) => listeners.delete(listener),
    }
    const slept = n.ports.timers.sleep(10, signal)
    expect(listeners.size).toBe(1)
    await n.pass(SECOND)
    await slept
    expect(listeners.size).toBe(0)
  })
  it('who looks again every second moves no time alone, and is done in an instant over a day', async () => {
    const n = node()
    let looks = 0
    const forever = async () => {
      for (;;) {
        await n.ports.timers.sleep(60_000, calm)
        looks += 1
      }
    }
    void forever()
    await n.pass(0n)
    expect([looks, n.ports.clock.now()]).toEqual([0, START])
    await n.pass(86_400n * SECOND)
    expect(looks).toBe(1440)
  })
  it('wakes on the way to the deadline of a call that hangs', async () => {
    const n = node()
    n.faults.add({ call: 'tasks.get', answer: 'hang' })
    const told: string[] = []
    sleeping(n, told, 20_000, 4000, 2000)
    expect(tagOf(await patient(n.ports, 'x')())).toBe('TimedOut')
    expect(told).toEqual(['2000 at 2000', '4000 at 4000'])
    expect(sinceStart(n)).toBe(10_000n)
  })
  it('does not wake once its process is dead, and nobody waits for that process', async () => {
    const n = node()
    const told: string[] = []
    sleeping(n, told, 1000)
    n.crashAt(1, 'before')
    await n.run(n.ports.tasks.list(calm))
    sleeping(n, told, 0)
    await n.pass(10n * SECOND)
    expect(told).toEqual([])
  })
})

describe('time that passes step by step', () => {
  it('passes deadlines at their own time, with what follows from them', async () => {
    const n = node()
    const told: string[] = []
    sleeping(n, told, 3000)
    const silence = () => new Promise<never>(() => undefined)
    void n.ports.timers
      .within(1000, 'ask', () => silence)()
      .then(() => {
        told.push(`given up at ${sinceStart(n)}`)
        sleeping(n, told, 500)
      })
    await n.pass(10n * SECOND)
    expect(told).toEqual(['given up at 1000', '500 at 1500', '3000 at 3000'])
  })
  it('waits for a call that a gate holds, however long that takes', async () => {
    const n = simulate(emptyWorld(START), { gate: () => new Promise((resolve) => setTimeout(resolve, 1)) })
    let answered = false
    void n.ports.tasks
      .list(calm)()
      .then(() => {
        answered = true
      })
    await n.pass(0n)
    expect(answered).toBe(true)
  })
  it('is over only after the deadlines of what hangs, whenever that began', async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      const n = node()
      n.faults.add({ call: 'tasks.get', id: 'x', answer: 'hang' })
      const told: string[] = []
      const asks = async () => {
        const hangs = patient(n.ports, 'x')()
        for (let turn = 0; turn < turns; turn += 1) await null
        await n.ports.tasks.list(calm)()
        told.push(tagOf(await hangs))
      }
      void asks()
      await n.pass(0n)
      expect(told).toEqual(['TimedOut'])
    }
  })
})
