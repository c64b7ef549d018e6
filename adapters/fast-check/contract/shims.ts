import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { ShimAddress, Shims } from '../../../ports/shims.js'
import { newSwitch } from '../../../ports/signal.js'
import { untilTrue } from '../wait.js'
import { against, answerOf, calm, expectFailure, givenUp } from './files.js'
import { NO_IDS } from './io.js'

/**
 * A node whose containerd is down, with shims that live on: task `running` runs, `created` was created and not
 * started, `stopped` ended with `exitStatus`, and `beside` runs at a shim of its own. Nothing is called `absent`.
 */
export interface ShimsFixture {
  readonly shims: Shims
  /** Every task that has a bundle. */
  readonly bundles: readonly string[]
  readonly running: string
  readonly created: string
  readonly stopped: string
  readonly beside: string
  readonly absent: string
  readonly exitStatus: number
  /** Where nobody listens, though a shim could. */
  readonly nowhere: string
  /** `running` ends by itself with that status. */
  readonly end: (exitStatus: number) => Promise<void>
  /** `running` takes more memory than it may, and the kernel kills for it. */
  readonly starve: () => Promise<void>
  /** The shim of `running` answers nobody any more, and lives. */
  readonly hang: () => Promise<void>
  /** The shim of `running` dies. */
  readonly killShim: () => Promise<void>
  readonly cleanup: () => Promise<void>
}

const A_WHILE_MS = 50

const addressOf = async ({ shims }: ShimsFixture, id: string): Promise<ShimAddress> => {
  const address = answerOf(await shims.bundles()()).find((bundle) => bundle.id === id)?.address
  if (address === undefined || typeof address === 'string')
    throw new Error(`no address of ${id}: ${address ?? 'it has no bundle'}`)
  return address
}
const stateOf = async (f: ShimsFixture, id: string) =>
  answerOf(await f.shims.state(id, await addressOf(f, id), calm)())
const watchOf = async (f: ShimsFixture, id: string) =>
  answerOf(await f.shims.watch(id, await addressOf(f, id), calm)())

type It = (sentence: string, body: (f: ShimsFixture) => Promise<void>) => void

const describeBundles = (name: string, it_: It): void => {
  describe(`${name}: bundles`, () => {
    it_('are listed, each once, with where their shims listen', async ({ shims, ...f }) => {
      const bundles = answerOf(await shims.bundles()())
      expect(bundles.map(({ id }) => id).sort()).toEqual([...f.bundles].sort())
      for (const { address } of bundles) {
        expect(address).toMatchObject({ socket: expect.stringMatching(/^[/\0]./) })
        expect(address).toMatchObject({ protocol: expect.stringMatching(/^(?:ttrpc|grpc)$/) })
        expect(address).toMatchObject({ service: expect.stringMatching(/^v[23]$/) })
      }
    })
    it_('outlive their shims while nobody clears them away', async (f) => {
      await f.killShim()
      expect(answerOf(await f.shims.bundles()()).map(({ id }) => id)).toContain(f.running)
    })
  })
}

const describeState = (name: string, it_: It): void => {
  describe(`${name}: the state of a task at its shim`, () => {
    it_('is told whether it runs, was created, or has stopped', async (f) => {
      const running = await stateOf(f, f.running)
      expect(running).toMatchObject({ id: f.running, status: 'running', exitStatus: 0, exitedAt: null })
      expect(running.pid).toBeGreaterThan(0)
      const created = await stateOf(f, f.created)
      expect(created).toMatchObject({ id: f.created, status: 'created', exitedAt: null })
      const stopped = await stateOf(f, f.stopped)
      expect(stopped).toMatchObject({ id: f.stopped, status: 'stopped', exitStatus: f.exitStatus })
      expect(stopped.exitedAt).toBeGreaterThan(1_577_836_800_000_000_000n)
    })
    it_('changes when the task ends', async (f) => {
      await f.end(7)
      await untilTrue('it has ended', async () => (await stateOf(f, f.running)).status === 'stopped')
      expect(await stateOf(f, f.running)).toMatchObject({ exitStatus: 7 })
      expect((await stateOf(f, f.beside)).status).toBe('running')
    })
    it_('is not found where the shim does not know the task', async (f) => {
      const address = await addressOf(f, f.running)
      expectFailure(await f.shims.state(f.absent, address, calm)(), 'NotFound')
      expectFailure(await f.shims.watch(f.absent, address, calm)(), 'NotFound')
      expectFailure(await f.shims.state(f.beside, address, calm)(), 'NotFound')
    })
    it_('is asked for where the address says, and nowhere else', async (f) => {
      const address = { ...(await addressOf(f, f.running)), socket: f.nowhere }
      const told = { left: { tag: 'Unavailable', unreached: 'no-socket', mayHaveHappened: false } }
      expect(await f.shims.state(f.running, address, calm)()).toMatchObject(told)
      expect(await f.shims.watch(f.running, address, calm)()).toMatchObject(told)
    })
  })
}

const describeWaits = (name: string, it_: It): void => {
  describe(`${name}: a wait at a shim`, () => {
    it_('tells all who wait how the task ended, when it ends', async (f) => {
      const watches = [await watchOf(f, f.running), await watchOf(f, f.running)]
      await f.end(7)
      const exits = await Promise.all(watches.map(({ exited }) => exited))
      const [first, second] = exits.map(answerOf)
      expect(first).toEqual(second)
      expect(first?.exitStatus).toBe(7)
      const { exitStatus, exitedAt } = await stateOf(f, f.running)
      expect(first).toEqual({ exitStatus, exitedAt })
    })
    it_('is answered at once where the task has stopped', async (f) => {
      const { exited } = await watchOf(f, f.stopped)
      const { exitStatus, exitedAt } = await stateOf(f, f.stopped)
      expect(answerOf(await exited)).toEqual({ exitStatus, exitedAt })
      expect(exitStatus).toBe(f.exitStatus)
    })
    it_('outlives the signal that it was begun under', async (f) => {
      const { signal, off } = newSwitch()
      const watch = answerOf(await f.shims.watch(f.running, await addressOf(f, f.running), signal)())
      off()
      await f.end(7)
      expect(answerOf(await watch.exited).exitStatus).toBe(7)
    })
    it_('is given up without a word to the task', async (f) => {
      const given = await watchOf(f, f.running)
      const kept = await watchOf(f, f.running)
      given.close()
      given.close()
      expect((await stateOf(f, f.running)).status).toBe('running')
      await f.end(7)
      expect(answerOf(await kept.exited).exitStatus).toBe(7)
    })
  })
}

const describeTrouble = (name: string, it_: It): void => {
  describe(`${name}: a shim that is not well`, () => {
    it_('dies: that is neither an exit nor an absence, and others go on', async (f) => {
      const [watch, beside] = [await watchOf(f, f.running), await watchOf(f, f.beside)]
      const address = await addressOf(f, f.running)
      await f.killShim()
      expect(await watch.exited).toMatchObject({ left: { tag: 'Unavailable', mayHaveHappened: false } })
      expectFailure(await f.shims.state(f.running, address, calm)(), 'Unavailable')
      expectFailure(await f.shims.watch(f.running, address, calm)(), 'Unavailable')
      expect((await stateOf(f, f.beside)).status).toBe('running')
      expect(await Promise.race([beside.exited, 'silent'])).toBe('silent')
      beside.close()
    })
    it_('hangs: it is given up, and others answer', async (f) => {
      const address = await addressOf(f, f.running)
      await f.hang()
      for (const ask of [f.shims.state, f.shims.watch]) {
        const { signal, off } = newSwitch()
        const asking = ask(f.running, address, signal)()
        const first = await Promise.race([asking, delay(A_WHILE_MS, 'silent')])
        expect(first).toBe('silent')
        off()
        const given = await asking
        expectFailure(given, 'TimedOut')
        expect(given).toMatchObject({ left: { mayHaveHappened: false } })
      }
      expect((await stateOf(f, f.beside)).status).toBe('running')
    })
    it_('is not asked once it is given up', async (f) => {
      const address = await addressOf(f, f.running)
      expectFailure(await f.shims.state(f.running, address, givenUp)(), 'TimedOut')
      expectFailure(await f.shims.watch(f.running, address, givenUp)(), 'TimedOut')
    })
  })
}

const describeOomKills = (name: string, it_: It): void => {
  describe(`${name}: kills for want of memory`, () => {
    it_('are counted while the cgroup is there, of that task alone', async (f) => {
      const kills = async (id: string) => answerOf(await f.shims.oomKills(id)())
      expect(await kills(f.running)).toBe(0)
      await f.starve()
      await untilTrue('one is counted', async () => ((await kills(f.running)) ?? 0) > 0)
      expect(await kills(f.beside)).toBe(0)
    })
    it_('are not known where there is no such task', async (f) => {
      expect(answerOf(await f.shims.oomKills(f.absent)())).toBeNull()
    })
    it_('are not looked for below what is no id', async (f) => {
      for (const id of NO_IDS) expectFailure(await f.shims.oomKills(id)(), 'Malformed')
    })
  })
}

/** What every implementation of Shims must satisfy. */
export const describeShims = (name: string, make: () => Promise<ShimsFixture>): void => {
  const it_: It = (sentence, body) => it(sentence, against(make, body))
  describeBundles(name, it_)
  describeState(name, it_)
  describeWaits(name, it_)
  describeTrouble(name, it_)
  describeOomKills(name, it_)
}
