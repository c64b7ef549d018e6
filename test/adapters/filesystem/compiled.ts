import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll } from 'vitest'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))

const compile = (): string => {
  const target = mkdtempSync(join(tmpdir(), 'cri-recover-'))
  for (const room of ['core', 'ports', 'adapters/filesystem'])
    for (const name of readdirSync(join(REPOSITORY, room), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      const { outputText } = ts.transpileModule(readFileSync(join(REPOSITORY, room, name), 'utf8'), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
      })
      const path = join(target, room, name.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, outputText)
    }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}')
  symlinkSync(join(REPOSITORY, 'node_modules'), join(target, 'node_modules'))
  return target
}

let made: string | undefined
afterAll(() => {
  if (made !== undefined) rmSync(made, { recursive: true, force: true })
})

/**
 * The path of the adapter's index as a plain module, for processes of a test's own: made of the sources of this
 * moment, where a built package may be an older one.
 */
export const compiled = (): string => {
  made ??= compile()
  return join(made, 'adapters/filesystem/index.js')
}
