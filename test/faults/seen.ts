import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Column, Fault } from './fault.js'

/** What each fault was seen to do, as the repository has it: every run compares, `UPDATE_FAULTS=1` writes it anew. */

const FILE = new URL('seen.json', import.meta.url)

export type Seen = Readonly<Record<string, Readonly<Partial<Record<Column, string>>>>>

export const readSeen = async (): Promise<Seen> => JSON.parse(await readFile(FILE, 'utf8'))

const numberOf = (id: string): number => Number(id.slice(1))

const write = async (id: Fault['id'], column: Column, saw: string): Promise<void> => {
  const all = await readSeen()
  const sorted = Object.entries({ ...all, [id]: { ...all[id], [column]: saw } }).toSorted(
    ([a], [b]) => numberOf(a) - numberOf(b),
  )
  await writeFile(FILE, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}

/** Compares what was seen now with what is on record. */
export const compare = async (id: Fault['id'], column: Column, saw: string): Promise<void> => {
  if (process.env['UPDATE_FAULTS'] === '1') return write(id, column, saw)
  expect(saw, `${id}, ${column}: UPDATE_FAULTS=1 takes it into the table`).toBe(
    (await readSeen())[id]?.[column],
  )
}
