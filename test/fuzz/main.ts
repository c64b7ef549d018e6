import { parseArgs } from 'node:util'
import { writeFinding } from './corpus.js'
import { TARGETS } from './targets.js'
import { replay, watched } from './watched.js'

/**
 * `npm run fuzz -- [target…] [--seconds N] [--seed S]` tries mutants for so long for each target, all where none is
 * named; `npm run fuzz -- target --input FILE` tries that one input.
 */

const SECONDS = 60

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, input: { type: 'string' } },
})
const seconds = Number(values.seconds ?? SECONDS)
const seed = Number(values.seed ?? Date.now() % 2 ** 32)
const chosen = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const strange =
  positionals.some((name) => !TARGETS.some((target) => target.name === name)) ||
  (values.input !== undefined && positionals.length !== 1)

const one = async (target: string): Promise<boolean> => {
  const began = performance.now()
  const line = (runs: number, kept: number): string =>
    `${target}: ${runs} inputs, ${Math.round((runs * 1000) / (performance.now() - began))} a second, ${kept} kept`
  const live = process.stdout.isTTY
  const { runs, kept, finding } = await watched(target, seed, seconds, (now, more) => {
    if (live) process.stdout.write(`\r${line(now, more)} `)
  })
  say(`${live ? '\r' : ''}${line(runs, kept)}`)
  if (finding === null) return true
  const path = writeFinding(target, finding.input)
  say(`\n${finding.said}\n\n${finding.input.length} bytes, written to ${path}. Again:\n`)
  say(`  npm run fuzz -- ${target} --input ${path}\n`)
  return false
}

const all = async (): Promise<boolean> => {
  if (!Number.isFinite(seconds) || !Number.isFinite(seed) || strange) {
    say(`targets:\n${TARGETS.map(({ name, decodes }) => `  ${name.padEnd(20)}${decodes}`).join('\n')}`)
    return false
  }
  if (values.input !== undefined) {
    const said = replay(chosen[0]?.name ?? '', values.input)
    say(said ?? 'nothing is wrong with it')
    return said === null
  }
  say(`seed ${seed}`)
  let well = true
  for (const { name } of chosen) well = (await one(name)) && well
  return well
}

process.exitCode = (await all()) ? 0 : 1
