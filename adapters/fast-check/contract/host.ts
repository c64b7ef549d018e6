import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { type Failure, failure } from '../../../ports/failure.js'
import type { Signal } from '../../../ports/signal.js'
import { against, answerOf, expectFailure, type FilesFixture, type MakeFiles, tagOf } from './files.js'

/** Answers only to its signal. */
const hanging =
  (signal: Signal): TE.TaskEither<Failure, never> =>
  () =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        resolve({ _tag: 'Left', left: failure('Unavailable', 'hang', 'nobody', '') }),
      )
    })

/**
 * What every implementation of Lock, Namespaces, Clock and Timers must satisfy. `elapse` lets the deadline of a
 * call pass that does not answer: virtual time must be pushed, real time passes by itself.
 */
export const describeHost = (
  name: string,
  make: MakeFiles,
  elapse: (f: FilesFixture, ms: number) => void,
): void => {
  const it_ = (sentence: string, body: (f: FilesFixture) => Promise<void>): void =>
    it(
      sentence,
      against(() => make([{ in: 'root', path: 'containers', kind: 'directory' }]), body),
    )

  describe(`${name}: lock`, () => {
    it_('is held by one at a time, and names the holder', async ({ ports }) => {
      const held = answerOf(await ports.lock.acquire()())
      const second = await ports.lock.acquire()()
      expectFailure(second, 'AlreadyExists')
      expect(second._tag === 'Left' && second.left.said).not.toBe('')
      await held.release()
      await answerOf(await ports.lock.acquire()()).release()
    })
    it_('is not freed by somebody who released already', async ({ ports }) => {
      const first = answerOf(await ports.lock.acquire()())
      await first.release()
      const second = answerOf(await ports.lock.acquire()())
      await first.release()
      expectFailure(await ports.lock.acquire()(), 'AlreadyExists')
      await second.release()
    })
  })

  describe(`${name}: namespaces`, () => {
    it_('says missing where nothing is', async ({ ports }) => {
      expect(answerOf(await ports.namespaces.status('/nowhere/at/all')())).toBe('missing')
    })
  })

  describe(`${name}: timers and clock`, () => {
    it_('counts ns since 1970 and does not go backwards by itself', async ({ ports }) => {
      const first = ports.clock.now()
      expect(first).toBeGreaterThan(1_577_836_800_000_000_000n)
      expect(ports.clock.now()).toBeGreaterThanOrEqual(first)
    })
    it_('passes an answer on', async ({ ports }) => {
      expect(answerOf(await ports.timers.within(1000, 'ask', () => TE.right(7))())).toBe(7)
      const failed = TE.left(failure('Denied', 'a', 'b', 'c'))
      expect(await ports.timers.within(1000, 'ask', () => failed)()).toEqual(await failed())
    })
    it_('ends what does not answer, and its signal aborts', async (f) => {
      let aborted = false
      const waiting = f.ports.timers.within(20, 'ask web-1', (signal) => {
        signal.addEventListener('abort', () => {
          aborted = signal.aborted
        })
        return hanging(signal)
      })()
      elapse(f, 20)
      const reply = await waiting
      expect(tagOf(reply)).toBe('TimedOut')
      expect(reply._tag === 'Left' && reply.left.asked).toBe('ask web-1')
      await Promise.resolve()
      expect(aborted).toBe(true)
    })
    it_('ends even what ignores its signal', async (f) => {
      const waiting = f.ports.timers.within(20, 'ask', () => () => new Promise<never>(() => undefined))()
      elapse(f, 20)
      expect(tagOf(await waiting)).toBe('TimedOut')
    })
    it_('starts the deadline when the task is run, not when it is made', async (f) => {
      const made = f.ports.timers.within(30, 'ask', () => TE.right('in time'))
      const other = f.ports.timers.within(60, 'ask', hanging)()
      elapse(f, 60)
      await other
      expect(answerOf(await made())).toBe('in time')
    })
  })
}
