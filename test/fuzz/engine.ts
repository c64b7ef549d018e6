import type { Coverage } from './coverage.js'
import { chance, type Larder, mutant } from './mutate.js'
import { Breach, holds, type Target } from './target.js'

/** Tries mutants of a target's corpus, and keeps for more mutants what ran code that nothing ran before. */

export interface Campaign {
  readonly target: Target
  readonly corpus: readonly Uint8Array[]
  readonly seed: number
  /** Whether to go on, asked after each batch */
  readonly goOn: (runs: number, kept: number) => Promise<boolean>
  /** null: mutants of the corpus alone, the same for each seed */
  readonly coverage: Coverage | null
  /** Told each input before it is tried: it may be the last thing that this process does. */
  readonly before: (input: Uint8Array) => void
}

export interface Finding {
  readonly input: Uint8Array
  readonly said: string
}

export interface Result {
  readonly runs: number
  readonly kept: number
  readonly finding: Finding | null
}

const BATCH = 200
const LAST = 8
/** What is asked for and not yet written to is in no memory, but it was asked for. */
const memory = (): number => {
  const { rss, arrayBuffers } = process.memoryUsage()
  return Math.max(rss, arrayBuffers)
}
/** Bytes that the process may grow by over inputs of at most 64 KiB, however many. */
const GROWTH = 512 * 1024 * 1024
const MEMORY = memory() + GROWTH
/** Hundreds of times what any input needs, so that a busy machine is no finding. */
const PATIENCE_MS = 20_000
const SHRINKING = 2_000

/** What is wrong with a decoder's answer to an input; null where nothing is. */
export const flaw = async (target: Target, input: Uint8Array): Promise<string | null> => {
  const began = performance.now()
  try {
    // A copy: a decoder that writes into what it is given has to be found out, not to change the corpus.
    const given = Uint8Array.from(input)
    const running = target.run(given)
    if (running !== undefined) await running
    holds(Buffer.compare(given, input) === 0, 'it wrote into what it was given')
    holds(memory() < MEMORY, `the process has grown by more than ${GROWTH} bytes`)
    holds(performance.now() - began < PATIENCE_MS, `it took more than ${PATIENCE_MS} ms`)
    return null
  } catch (error) {
    if (error instanceof Breach) return `breach: ${error.message}`
    return error instanceof Error ? `thrown: ${error.stack ?? error.message}` : `thrown: ${String(error)}`
  }
}

/** Cuts from an input what is not needed for it to fail: halves first, single bytes in the end. */
export const shrunk = async (
  input: Uint8Array,
  fails: (smaller: Uint8Array) => Promise<boolean>,
  tries = SHRINKING,
): Promise<Uint8Array> => {
  let least = input
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < least.length; ) {
      if (tries-- <= 0) return least
      const smaller = Buffer.concat([least.subarray(0, at), least.subarray(at + size)])
      if (await fails(smaller)) least = smaller
      else at += size
    }
  return least
}

const found = async (target: Target, input: Uint8Array): Promise<Finding> => {
  const least = await shrunk(input, async (smaller) => (await flaw(target, smaller)) !== null)
  return { input: least, said: (await flaw(target, least)) ?? 'it fails only after other inputs' }
}

export const fuzz = async ({ target, corpus, seed, goOn, coverage, before }: Campaign): Promise<Result> => {
  const by = chance(seed)
  const pool: Uint8Array[] = [...corpus]
  let runs = 0
  /** Every other time one of those that were kept last: nobody has tried much with them. */
  const one = (): Uint8Array => {
    const from = by.below(2) === 0 ? 0 : Math.max(0, pool.length - LAST)
    return pool[from + by.below(pool.length - from)] ?? new Uint8Array(0)
  }
  const larder = (): Larder => ({ tokens: target.tokens, other: one() })
  const tried = async (input: Uint8Array): Promise<boolean> => {
    before(input)
    runs += 1
    return (await flaw(target, input)) === null
  }
  /** Keeps of a batch what ran something new. Which that was is only asked where anything was, for asking takes longer. */
  const keep = async (batch: readonly Uint8Array[], by: Coverage): Promise<void> => {
    const whole = by.report()
    if (!by.isNew(whole)) return
    for (const input of batch === corpus ? [] : batch) {
      await flaw(target, input)
      if (by.learn(by.report())) pool.push(input)
    }
    by.learn(whole)
  }

  let batch: readonly Uint8Array[] = corpus
  do {
    for (const input of batch)
      if (!(await tried(input)))
        return { runs, kept: pool.length - corpus.length, finding: await found(target, input) }
    if (coverage !== null) await keep(batch, coverage)
    batch = Array.from({ length: BATCH }, () => mutant(one(), by, larder()))
  } while (await goOn(runs, pool.length - corpus.length))
  return { runs, kept: pool.length - corpus.length, finding: null }
}
