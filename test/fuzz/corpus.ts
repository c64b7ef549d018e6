import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Inputs that are kept in the repository: real ones, hostile ones, and what was found with. */

const CORPUS = 'test/fuzz/corpus'

export interface Entry {
  readonly path: string
  readonly bytes: Uint8Array
}

export const corpusOf = (target: string): readonly Entry[] => {
  const folder = join(CORPUS, target)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ path: join(folder, name), bytes: readFileSync(join(folder, name)) }))
}

/** Into the corpus: what fails today is tried again for ever. */
export const writeFinding = (target: string, input: Uint8Array): string => {
  const folder = join(CORPUS, target)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`)
  writeFileSync(path, input)
  return path
}
