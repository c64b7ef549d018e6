// How many mutants of core live: `npm run mutation`, or `npm run mutation -- names ids` for some modules.
//
// A module at a time, each against the tests named after it alone: a mutant of a constant costs a second then, and not
// a minute. In a copy, for Stryker passes over what stands under `as const`, and most rules of core are such data.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { modulesOf } from './modules.mjs'
import { survivorsOf, tableOf } from './score.mjs'

const LEAST = 90
const COPIED = ['core', 'ports', 'adapters', 'test', 'examples', 'package.json', 'tsconfig.json']
const SURVIVORS = 'test/mutation/survivors.json'
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
    env: { ...process.env, MUTATED: module },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error(`Stryker ended with ${status} on ${module}`)
  const { files } = JSON.parse(readFileSync(join(copy, 'mutation', `${module}.json`), 'utf8'))
  return Object.values(files).flatMap(({ mutants, source }) =>
    mutants.map((mutant) => ({ module, source, ...mutant })),
  )
}

const asked = process.argv.slice(2)
const all = modulesOf(readdirSync('core').filter((name) => name.endsWith('.ts')))
prepare()
const mutants = (asked.length > 0 ? asked : all).flatMap(mutate)
rmSync(copy, { recursive: true })
const { text, score } = tableOf(mutants)
process.stdout.write(`${text}\n`)
if (asked.length === 0) {
  writeFileSync('test/mutation/README.md', text)
  const known = JSON.parse(readFileSync(SURVIVORS, 'utf8'))
  writeFileSync(SURVIVORS, `${JSON.stringify(survivorsOf(mutants, known), null, 2)}\n`)
}
process.exitCode = score >= LEAST ? 0 : 1
