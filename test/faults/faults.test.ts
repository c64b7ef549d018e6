import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { FAULTS } from './all.js'
import { LINES } from './fault.js'
import { compare, readSeen } from './seen.js'
import { seenIn, tableOf } from './table.js'

const TABLE = new URL('README.md', import.meta.url)

describe('on the simulated node', () => {
  it.each(FAULTS)('$id, $says: $expected', async ({ id, simulated }) => {
    await compare(id, 'simulated', await simulated.run())
  })
})

describe('the table of faults', () => {
  it('has every fault from F1 to F26', () => {
    expect(FAULTS.map(({ id }) => id)).toEqual(Array.from({ length: 26 }, (_, at) => `F${at + 1}`))
  })
  it('has no row that was not run', async () => {
    const seen = await readSeen()
    const columns = ['simulated', ...LINES] as const
    const missing = FAULTS.flatMap((fault) =>
      columns
        .filter((column) => seenIn(fault, column, seen) === 'NOT RUN')
        .map((column) => `${fault.id}, ${column}`),
    )
    expect(missing).toEqual([])
  })
  it('is what the runs saw', async () => {
    const drawn = tableOf(FAULTS, await readSeen())
    if (process.env['UPDATE_FAULTS'] === '1') await writeFile(TABLE, drawn)
    expect(await readFile(TABLE, 'utf8')).toBe(drawn)
  })
})
