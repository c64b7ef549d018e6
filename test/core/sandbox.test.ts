import { describe, expect, it } from 'vitest'
import {
  decideSandbox,
  decideStored,
  SANDBOX_PLANS,
  SANDBOX_TABLES,
  STORED_SEEN,
  STORED_TABLES,
  sandboxOutcomesOf,
  storedSeenOf,
} from '../../core/sandbox.js'
import { TASKS_SEEN } from '../../core/seen.js'
import { PROFILES } from '../../core/transitions.js'

describe('the table of sandboxes', () => {
  it('is what recovery.md says of the reference', () => {
    expect(SANDBOX_TABLES.reference).toEqual({
      MISSING: 'sandbox-gone',
      UNREACHABLE: 'sandbox-unreachable',
      CREATED: 'sandbox-ended',
      RUNNING: 'sandbox-running',
      STOPPED: 'sandbox-ended',
      PAUSED: 'sandbox-ended',
      PAUSING: 'sandbox-ended',
      UNKNOWN: 'sandbox-ended',
    })
    expect(STORED_TABLES.reference).toEqual({
      NO_METADATA: 'stored-leaked',
      READY: 'stored-ready',
      NOTREADY: 'stored-not-ready',
      OTHER: 'stored-unclear',
      UNREACHABLE: 'stored-unclear',
      NOT_FOUND: 'stored-gone',
    })
  })
  it('reaches every plan that there is', () => {
    const reached = PROFILES.flatMap((profile) => [
      ...TASKS_SEEN.map((task) => decideSandbox(profile, task).rule),
      ...STORED_SEEN.map((seen) => decideStored(profile, seen).rule),
    ])
    expect(new Set<string>(reached)).toEqual(new Set(Object.keys(SANDBOX_PLANS)))
  })
  it.each(TASKS_SEEN)('differs in safe where it says why: %s', (task) => {
    const { rule, plan } = decideSandbox('safe', task)
    expect(plan.deviations.length > 0).toBe(rule !== SANDBOX_TABLES.reference[task])
  })
  it.each(STORED_SEEN)('differs in safe where it says why, for a stored one: %s', (seen) => {
    const { rule, plan } = decideStored('safe', seen)
    expect(plan.deviations.length > 0).toBe(rule !== STORED_TABLES.reference[seen])
  })
})

describe('a sandbox in safe', () => {
  it('is neither killed nor forgotten unless it has stopped, or never ran', () => {
    const harmed = TASKS_SEEN.filter((task) => decideSandbox('safe', task).plan.effect === 'delete-task')
    expect(harmed).toEqual(['CREATED', 'STOPPED'])
    for (const seen of STORED_SEEN) expect(decideStored('safe', seen).plan.effect).not.toBe('forget')
  })
  it('is never hidden', () => {
    for (const seen of STORED_SEEN)
      expect(Object.values(decideStored('safe', seen).plan.outcomes)).not.toContain(null)
    for (const task of TASKS_SEEN)
      expect(Object.values(decideSandbox('safe', task).plan.outcomes)).not.toContain(null)
  })
  it('is in doubt, not gone, where nobody could be asked', () => {
    expect(decideSandbox('safe', 'UNREACHABLE').plan.outcomes.done).toBe('SANDBOX_UNKNOWN')
    expect(decideStored('safe', 'UNREACHABLE').plan.outcomes.done).toBe('SANDBOX_UNKNOWN')
    expect(decideStored('safe', 'NOT_FOUND').plan.outcomes.done).toBe('SANDBOX_UNKNOWN')
  })
})

describe('a sandbox’s plan', () => {
  it.each(Object.entries(SANDBOX_PLANS))('%s says why, and has an ending for each outcome', (_rule, plan) => {
    expect(plan.why).toMatch(/^(?:[A-Z]|containerd).*\.$/)
    expect(plan.reference).toMatch(/./)
    expect(sandboxOutcomesOf(plan)).toEqual(
      plan.effect === 'none' ? ['done'] : ['done', 'not_found', 'failed'],
    )
  })
})

describe('what a controller says', () => {
  it.each([
    ['SANDBOX_READY', 'READY'],
    ['SANDBOX_NOTREADY', 'NOTREADY'],
    ['sandbox_ready', 'OTHER'],
    ['', 'OTHER'],
    ['SANDBOX_UNKNOWN', 'OTHER'],
  ])('%j is seen as %s', (state, seen) => expect(storedSeenOf(state)).toBe(seen))
})
