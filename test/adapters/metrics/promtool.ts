import { spawnSync } from 'node:child_process'

const none = spawnSync('promtool', ['--version']).error !== undefined

/** Why the tests that ask promtool are left out; empty where they are not. */
export const WITHOUT = none ? ' (left out: no promtool)' : ''
const { CRI_RECOVER_REQUIRE_LAB } = process.env
export const skips = none && CRI_RECOVER_REQUIRE_LAB !== '1'

/** What Prometheus' own checker says against a text; empty where it says nothing. */
export const complaints = (text: string): string => {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
    timeout: 30_000,
  })
  if (error !== undefined) return error.message
  return status === 0 ? '' : `${stdout}${stderr}ended with ${status}`
}
