import { describe, expect, it } from 'vitest'
import { SANDBOX_PLANS, type SandboxRule } from '../../core/sandbox.js'

const READY = 'SANDBOX_READY'
const GONE = 'SANDBOX_NOTREADY'
const DOUBT = 'SANDBOX_UNKNOWN'

/** Effect, then the state where it is done, where its object is not found, where it fails; then the deviations. */
const TABLE: readonly (readonly [
  SandboxRule,
  string,
  string | null,
  string | null,
  string | null,
  string,
])[] = [
  ['sandbox-unreachable', 'none', DOUBT, DOUBT, DOUBT, ''],
  ['sandbox-gone', 'none', GONE, GONE, GONE, ''],
  ['sandbox-running', 'await-exit', READY, GONE, DOUBT, ''],
  ['sandbox-ended', 'delete-task', GONE, GONE, DOUBT, ''],
  ['sandbox-paused', 'await-exit', READY, GONE, DOUBT, 'paused'],
  ['sandbox-in-doubt', 'await-exit', DOUBT, DOUBT, DOUBT, 'unknown-watched'],
  ['stored-ready', 'await-exit', READY, READY, READY, ''],
  ['stored-not-ready', 'none', GONE, GONE, GONE, ''],
  ['stored-unclear', 'await-exit', DOUBT, DOUBT, DOUBT, ''],
  ['stored-gone', 'none', GONE, GONE, GONE, ''],
  ['stored-forgotten', 'await-exit', DOUBT, DOUBT, DOUBT, 'controller-forgot'],
  ['stored-leaked', 'forget', null, null, null, ''],
  ['stored-kept', 'none', DOUBT, DOUBT, DOUBT, 'stored-without-metadata'],
]

describe('a sandbox’s plan', () => {
  it.each(TABLE)('%s has its effect, and a state for each way in which that ends', (...line) => {
    const { effect, outcomes, deviations } = SANDBOX_PLANS[line[0]]
    const { done, not_found, failed } = outcomes
    expect([line[0], effect, done, not_found, failed, deviations.join(' ')]).toEqual(line)
  })
  it('is one of these, and says which branch of the reference it stands for', () => {
    expect(Object.keys(SANDBOX_PLANS)).toEqual(TABLE.map(([rule]) => rule))
    for (const { reference } of Object.values(SANDBOX_PLANS)) expect(reference).not.toBe('')
  })
})
