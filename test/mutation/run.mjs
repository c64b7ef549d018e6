// How many mutants of core live: `npm run mutation`, or `npm run mutation -- names ids` for some modules.
//
// A module at a time, each against the tests named after it alone: a mutant of a constant costs a second then, and not
// a minute. In a copy, for Stryker passes over what stands under `as const`, and most rules of core are such data.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { modulesOf } from './modules.mjs'
import { countsOf, mutantsOf, scoreOf, survivorsOf, tableOf } from './score.mjs'

const LEAST = 90
const COPIED = ['core', 'ports', 'adapters', 'test', 'examples', 'package.json', 'tsconfig.json']
const SCORES = 'test/mutation/scores.json'
const SURVIVORS = 'test/mutation/survivors.json'
const PAGE = 'test/mutation/README.md'
const copy = resolve('coverage/mutation')

const prepare = () => {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  for (const name of COPIED) cpSync(name, join(copy, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
  for (const name of readdirSync(join(copy, 'core')).filter((file) => file.endsWith('.ts'))) {
    const path = join(copy, 'core', name)
    // Bundling looks at no types, so the types that this loses are missed by nobody.
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/ as const\b/g, ''))
  }
}

const mutate = (module) => {
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.mjs'], {
    cwd: copy,
    // A mutant that a hundred tries of a property do not see, a thousand seldom do.
    env: { RUNS: '100', ...process.env, MUTATED: module },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`Stryker ended with ${status} on ${module}`)
  return mutantsOf(module, JSON.parse(readFileSync(join(copy, 'mutation', `${module}.json`), 'utf8')))
}

const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
const write = (file, value) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

/** Written after each module, so that a run that is broken off has measured something. */
const record = (module, mutants) => {
  const scores = Object.entries({ ...read(SCORES), [module]: countsOf(mutants) })
  const known = read(SURVIVORS)
  const others = known.filter(({ at }) => at.split(':')[0] !== `${module}.ts`)
  write(SCORES, Object.fromEntries(scores.filter(([name]) => all.includes(name)).toSorted()))
  write(
    SURVIVORS,
    [...others, ...survivorsOf(mutants, known)].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
  )
  writeFileSync(PAGE, tableOf(read(SCORES)))
}

const all = modulesOf(readdirSync('core').filter((name) => name.endsWith('.ts')))
const asked = process.argv.slice(2)
prepare()
for (const module of asked.length > 0 ? asked : all) record(module, mutate(module))
rmSync(copy, { recursive: true })
process.stdout.write(readFileSync(PAGE, 'utf8'))
process.exitCode = scoreOf(read(SCORES)) >= LEAST ? 0 : 1
