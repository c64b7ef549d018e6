import { ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { corpusOf } from './corpus.js'
import { coverage } from './coverage.js'
import { flaw, fuzz } from './engine.js'
import { giantOf } from './giants.js'
import type { Target } from './target.js'
import { TARGETS } from './targets.js'

/** The process that decoders are run in: with little memory, and it may die of an input. */

const tell = (message: object): void => {
  process.send?.(message)
}

const OURS = /\/dist\/(?!test\/)/

const run = async (target: Target, seed: number, seconds: number, current: string): Promise<void> => {
  const fd = openSync(current, 'w')
  const end = performance.now() + seconds * 1000
  let told = 0
  const result = await fuzz({
    target,
    corpus: corpusOf(target.name).map(({ bytes }) => bytes),
    seed,
    coverage: coverage((url) => OURS.test(url)),
    before: (input) => {
      // Whoever watches reads it if this process does not get any further.
      ftruncateSync(fd, input.length)
      writeSync(fd, input, 0, input.length, 0)
    },
    goOn: async (runs, kept) => {
      const now = performance.now()
      if (now - told > 1000) {
        told = now
        tell({ kind: 'going', runs, kept })
      }
      // Connections and timers have their turn, too.
      await setImmediate()
      return now < end
    },
  })
  tell({ kind: 'ended', ...result })
}

const replay = async (target: Target, file: string): Promise<void> => {
  const said = await flaw(target, readFileSync(file))
  if (said !== null) {
    process.stderr.write(`${said}\n`)
    process.exitCode = 1
  }
}

const [what, name, ...rest] = process.argv.slice(2)
if (what === 'giant') process.exitCode = await giantOf(name ?? '')
else {
  const target = TARGETS.find((each) => each.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  const [first = '', seconds = '', current = ''] = rest
  if (what === 'run') await run(target, Number(first), Number(seconds), current)
  else await replay(target, first)
  await target.close?.()
}
process.disconnect?.()
