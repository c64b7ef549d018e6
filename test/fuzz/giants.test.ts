import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { GIANTS } from './giants.js'

/** Each in a process of its own: what one took would be counted to the next. */

const CHILD = 'dist/test/fuzz/child.js'

describe('a giant is answered within its memory:', () => {
  it.each(GIANTS)('$name', { timeout: 240_000 }, ({ name, answer, memory }) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [`--max-old-space-size=${memory}`, CHILD, 'giant', name],
      { encoding: 'utf8', timeout: 200_000, killSignal: 'SIGKILL' },
    )
    expect(stdout, stderr).toContain(`MiB of ${memory}: ${answer}`.slice(0, 100))
    expect(status, stdout).toBe(0)
  })
})
