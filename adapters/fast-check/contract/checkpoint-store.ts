import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Either } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { CheckpointFile } from '../../../core/records.js'
import type { Checkpoints } from '../../../ports/checkpoints.js'
import type { Failure } from '../../../ports/failure.js'
import { emptyWorld, simulate } from '../../memory/index.js'
import { checkpointText } from '../arbitraries/checkpoints.js'
import { hostileId } from '../arbitraries/names.js'
import { NOW } from '../seen.js'
import { entry } from '../worlds.js'
import { against, answerOf, expectFailure } from './files.js'

/** What every store of checkpoints must satisfy, be it of files or not: for those that are, there is `describeCheckpoints`. */

/** A store with nothing in it. */
export interface StoreFixture {
  readonly checkpoints: Checkpoints
  readonly cleanup: () => Promise<void>
}

type Step =
  | { readonly ask: 'read' | 'makeDirectory' | 'sweep'; readonly id: string }
  | { readonly ask: 'write'; readonly id: string; readonly text: string }
  | { readonly ask: 'setAside'; readonly id: string; readonly at: bigint }

const ids = fc.constantFrom('a', 'b')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ ask: fc.constantFrom('read' as const, 'makeDirectory' as const), id: ids }),
  fc.record({
    ask: fc.constant('write' as const),
    id: ids,
    text: fc.oneof(fc.constantFrom('', 'x', 'y'), checkpointText),
  }),
  fc.record({ ask: fc.constant('setAside' as const), id: ids, at: fc.constantFrom(1n, 2n) }),
  fc.record({ ask: fc.constant('sweep' as const), id: ids }),
)

/** What was set aside may have any name. */
const asCompared = ({ ask }: Step, reply: Either<Failure, unknown>): unknown => {
  if (reply._tag === 'Left') return reply.left.tag
  return ask === 'setAside' ? 'set aside' : (reply.right ?? 'done')
}
const perform = async (store: Checkpoints, one: Step): Promise<unknown> => {
  switch (one.ask) {
    case 'write':
      return asCompared(one, await store.write(one.id, one.text)())
    case 'setAside':
      return asCompared(one, await store.setAside(one.id, one.at)())
    case 'read':
    case 'makeDirectory':
    case 'sweep':
      return asCompared(one, await store[one.ask](one.id)())
  }
}

/** Files for the containers `a` and `b`, in memory. */
const model = (): Checkpoints =>
  simulate({
    ...emptyWorld(NOW),
    files: ['a', 'b'].map((id) => entry(`containers/${id}`, { kind: 'directory' })),
  }).ports.checkpoints

/**
 * A property: asked anything in any order about the containers `a` and `b`, a store answers as the simulated node's
 * files do. fast-check shrinks a difference to the few calls that show it.
 *
 * @example
 * await fc.assert(answersAsFiles(async () => ({ checkpoints: mine(), cleanup: async () => undefined })))
 */
export const answersAsFiles = (make: () => Promise<StoreFixture>): fc.IAsyncPropertyWithHooks<[Step[]]> =>
  fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) =>
    against(make, async ({ checkpoints }) => {
      const files = model()
      for (const id of ['a', 'b']) answerOf(await checkpoints.makeDirectory(id)())
      for (const [at, one] of steps.entries()) {
        const expected = await perform(files, one)
        const answered = await perform(checkpoints, one)
        if (!isDeepStrictEqual(answered, expected))
          throw new Error(
            `call ${at + 1}, ${one.ask} ${one.id}: ${JSON.stringify(answered)} instead of ${JSON.stringify(expected)}`,
          )
      }
    })(),
  )

/** The sentences, and the property. `runs`: how many sequences of calls are tried. */
export const describeCheckpointStore = (
  name: string,
  make: () => Promise<StoreFixture>,
  runs = 100,
): void => {
  const it_ = (sentence: string, body: (store: Checkpoints) => Promise<void>): void =>
    it(
      sentence,
      against(make, ({ checkpoints }) => body(checkpoints)),
    )
  const textOf = async (store: Checkpoints, id: string): Promise<CheckpointFile> =>
    answerOf(await store.read(id)())

  describe(`${name}: a store of checkpoints`, () => {
    it_('has none of a container that nobody wrote about', async (store) => {
      expect((await textOf(store, 'a')).kind).toBe('missing')
    })
    it_('reads what was written last, and of nobody else', async (store) => {
      for (const id of ['a', 'b']) answerOf(await store.makeDirectory(id)())
      for (const text of ['{"Version":"v1"}', '{"Version":"v1","Message":"ä€😀\\n"}']) {
        answerOf(await store.write('a', text)())
        expect(await textOf(store, 'a')).toEqual({ kind: 'text', text })
      }
      expect((await textOf(store, 'b')).kind).toBe('missing')
    })
    it_('keeps what was set aside out of the way', async (store) => {
      answerOf(await store.makeDirectory('a')())
      answerOf(await store.write('a', '{')())
      const first = answerOf(await store.setAside('a', 1n)())
      expect(answerOf(await store.setAside('a', 2n)())).toBe(first)
      answerOf(await store.write('a', '{"Version":"v1"}')())
      expect(await textOf(store, 'a')).toEqual({ kind: 'text', text: '{"Version":"v1"}' })
      expect(answerOf(await store.setAside('a', 1n)())).not.toBe(first)
    })
    it_('cannot set aside what is not there', async (store) => {
      expectFailure(await store.setAside('a', 1n)(), 'NotFound')
    })
    it('refuses an id that is none, whatever is asked', () =>
      fc.assert(
        fc.asyncProperty(hostileId, (id) =>
          against(make, async ({ checkpoints: store }) => {
            expectFailure(await store.read(id)(), 'Malformed')
            expectFailure(await store.write(id, '{}')(), 'Malformed')
            expectFailure(await store.setAside(id, 1n)(), 'Malformed')
            expectFailure(await store.makeDirectory(id)(), 'Malformed')
            expectFailure(await store.sweep(id)(), 'Malformed')
          })(),
        ),
        { numRuns: runs },
      ))
    it('answers as files do, whatever is asked in whatever order', () =>
      fc.assert(answersAsFiles(make), { numRuns: runs }))
  })
}
