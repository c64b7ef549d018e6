import { afterAll, describe, expect, it } from 'vitest'
import { corpusOf, writeFinding } from './corpus.js'
import { type Coverage, coverage } from './coverage.js'
import { flaw, fuzz, type Result } from './engine.js'
import type { Target } from './target.js'
import { TARGETS } from './targets.js'

/** For as long as one likes: `npm run fuzz`. */

const SEED = 5
const RUNS = 400

const tried = (target: Target, runs: number, by: Coverage | null = null, seed = SEED): Promise<Result> =>
  fuzz({
    target,
    corpus: corpusOf(target.name).map(({ bytes }) => bytes),
    seed,
    goOn: async (done) => done < runs,
    coverage: by,
    before: () => undefined,
  })

describe.each(TARGETS)('$decodes ($name)', (target) => {
  afterAll(async () => target.close?.())

  const corpus = corpusOf(target.name)
  it('has a corpus, of small files', () => {
    expect(corpus.length).toBeGreaterThan(0)
    for (const { path, bytes } of corpus) expect(bytes.length, path).toBeLessThanOrEqual(64 * 1024)
  })
  it('gives a value or a typed error, and keeps its laws, for all of its corpus', async () => {
    for (const { path, bytes } of corpus) expect(await flaw(target, bytes), path).toBeNull()
  })
  it('does so for mutants of it, too', async () => {
    const { finding } = await tried(target, RUNS)
    if (finding === null) return
    const path = writeFinding(target.name, finding.input)
    expect.unreachable(`${finding.said}\nAgain: npm run fuzz -- ${target.name} --input ${path}`)
  })
})

/** A target with something wrong with it. */
const planted = (run: (bytes: Buffer) => void, tokens: readonly string[] = []): Target => ({
  name: 'ttrpc-frames',
  decodes: 'what is wrong on purpose',
  tokens,
  run: (bytes) => run(Buffer.from(bytes)),
})

const saidOf = ({ finding }: Result): string => finding?.said ?? 'nothing was found'

describe('a decoder that is wrong on purpose is found out:', () => {
  it('one that throws', async () => {
    const target = planted((bytes) => {
      if (bytes.includes(0x7f)) throw new TypeError('planted')
    })
    const result = await tried(target, 20_000)
    expect(saidOf(result)).toContain('thrown: TypeError: planted')
    // Of all that was around it, nothing is left; and the same seed finds it again.
    expect([...(result.finding?.input ?? [])]).toEqual([0x7f])
    expect((await tried(target, 20_000)).runs).toBe(result.runs)
  })
  it('one that changes what it is given', async () => {
    const target: Target = { ...planted(() => undefined), run: (bytes) => void bytes.reverse() }
    expect(saidOf(await tried(target, 1_000))).toContain('it wrote into what it was given')
  })
  it('one that is wrong behind several steps, by the code that each of them runs', async () => {
    const target = planted(
      (bytes) => {
        const text = bytes.toString('latin1')
        if (!text.startsWith('one')) return
        if (!text.startsWith('two', 3)) return
        if (text.startsWith('three', 6)) throw new TypeError('planted')
      },
      ['one', 'two', 'three'],
    )
    // First, for code that was run before is not compiled anew to be counted.
    const seen = coverage((url) => url.includes('fuzz.test'))
    const guided = await tried(target, 40_000, seen)
    seen.close()
    const blind = await tried(target, 40_000)
    expect([saidOf(blind), saidOf(guided).slice(0, 26)]).toEqual([
      'nothing was found',
      'thrown: TypeError: planted',
    ])
  })
  // The last one: what it held may still be counted after it.
  it('one that forgets the cap on a length', async () => {
    const target = planted((bytes) => {
      if (bytes.length >= 10) Buffer.alloc(bytes.readUInt32BE(0))
    })
    expect(saidOf(await tried(target, 20_000))).toMatch(/has grown by|allocation failed/)
  })
})
