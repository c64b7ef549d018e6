import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { applyAll, look } from '../crash/disk.js'
import { diskOf, GOLDEN, NAMES, situation } from '../crash/recorded.js'
import { record } from './writes.js'

const MISSING = spawnSync('strace', ['-V']).error !== undefined
const isLeftOut = MISSING && process.env['CRI_RECOVER_REQUIRE_LAB'] !== '1'
const why = isLeftOut ? ' (left out: no strace)' : ''

/** `UPDATE_WRITES=1` takes what was recorded for what is expected; the tests of test/crash judge it. */
describe.skipIf(isLeftOut)(`what the adapter asks of the disk${why}`, () => {
  it.each(NAMES)('to %s is what is on record', async (name) => {
    const recorded = await record(name)
    const golden: unknown = JSON.parse(await readFile(GOLDEN, 'utf8'))
    if (process.env['UPDATE_WRITES'] === '1')
      await writeFile(GOLDEN, `${JSON.stringify({ ...Object(golden), [name]: recorded }, null, 2)}\n`)
    else expect(golden).toHaveProperty([name], recorded)
    // What the kernel did, the model can do too.
    expect(look(applyAll(diskOf(situation(name)), recorded)).size).toBeGreaterThan(0)
  })
})
