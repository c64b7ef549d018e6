import { describe, expect, it } from 'vitest'
import { LOOKS } from '../../adapters/fast-check/seen.js'
import type { Netns } from '../../core/observation.js'
import type { Outcome } from '../../core/plans.js'
import type { Action } from '../../core/report.js'
import { planSandbox, planStored, type SandboxItem, sandboxRow } from '../../core/sandbox-plan.js'
import { sandboxSeen, storedSeen } from './sandboxes.js'

const UNREAD = { why: 'shape', detail: 'garbage' } as const

const problemsOf = (item: SandboxItem, outcome: Outcome = 'done', actions: readonly Action[] = []) =>
  sandboxRow(item, outcome, actions).problems
const unknown = (message: string) => ({ code: 'state-unknown', severity: 'loss', message })

describe('what is to be known about a sandbox', () => {
  it('is nothing where it runs', () => {
    expect(problemsOf(planSandbox('safe', sandboxSeen('pod')))).toEqual([])
  })
  it('is that its metadata cannot be read, and that the reference does not list it then', () => {
    const told = {
      code: 'metadata-unreadable',
      severity: 'warning',
      message: 'Its metadata cannot be read (shape): garbage.',
    }
    const seen = sandboxSeen('pod', { metadata: UNREAD })
    expect(problemsOf(planSandbox('safe', seen))).toEqual([
      told,
      unknown('What became of it cannot be told: its task is RUNNING.'),
    ])
    expect(problemsOf(planSandbox('reference', seen))).toEqual([
      told,
      { code: 'not-listed', severity: 'loss', message: 'containerd would not list it any more.' },
    ])
  })
  it('is that the record of a stored one is kept', () => {
    expect(problemsOf(planStored('safe', storedSeen('s1', { metadata: UNREAD })))).toEqual([
      {
        code: 'record-kept',
        severity: 'warning',
        message: 'Its metadata cannot be read (shape): garbage.',
      },
      unknown('What became of it cannot be told.'),
    ])
  })
  it('is that its updated resources cannot be read', () => {
    expect(problemsOf(planSandbox('safe', sandboxSeen('pod', { resources: UNREAD })))).toEqual([
      {
        code: 'metadata-unreadable',
        severity: 'warning',
        message: 'Its updated resources cannot be read: garbage.',
      },
    ])
  })
  it('is that its metadata belongs to another, wherever it stands', () => {
    const told = [
      { code: 'metadata-id', severity: 'warning', message: 'Its metadata says that it is other.' },
    ]
    const metadata = { id: 'other' }
    expect(problemsOf(planSandbox('safe', sandboxSeen('pod', { metadata })))).toEqual(told)
    expect(problemsOf(planStored('safe', storedSeen('s1', { metadata })))).toEqual(told)
  })
  it('is that its name belongs to another', () => {
    const parked = { name: 'web', winner: 'a', loser: 'pod' }
    expect(problemsOf({ ...planSandbox('safe', sandboxSeen('pod')), parked })).toEqual([
      {
        code: 'name-conflict',
        severity: 'warning',
        message: 'The name web belongs to a; this sandbox is kept without a name. Remove one of the two.',
      },
    ])
  })
})

describe('the network namespace of a sandbox', () => {
  const withNetns = (netns: Netns, more = {}) =>
    problemsOf(planSandbox('safe', sandboxSeen('pod', { netns, ...more })))
  const lost = (message: string) => [{ code: 'netns-lost', severity: 'warning', message }]
  it.each(['missing', 'stale'] as const)('is told of where it is %s, and the sandbox ready', (status) => {
    expect(withNetns({ path: '/n', status, unclear: null })).toEqual(
      lost(`It is ready, and its network namespace /n is ${status}. Its pod should be made anew.`),
    )
    expect(withNetns({ path: '/n', status, unclear: null }, { look: LOOKS.MISSING })).toEqual([])
  })
  it.each(['open', 'host'] as const)('is not told of where it is %s', (status) =>
    expect(withNetns({ path: '/n', status, unclear: null })).toEqual([]),
  )
  it('is told of where nobody could look, whatever it is taken for', () => {
    for (const status of ['open', 'missing'] as const)
      expect(withNetns({ path: '/n', status, unclear: 'denied' })).toEqual(
        lost('Whether its network namespace /n stands cannot be told: denied.'),
      )
  })
})

describe('the doubt about a sandbox', () => {
  const failed = { kind: 'await-exit', outcome: 'failed', detail: 'its shim hangs' } as const
  it.each([
    [
      'its action that failed',
      LOOKS.RUNNING,
      [{ ...failed, outcome: 'done', detail: null } as const, failed],
    ],
    ['why it could not be looked at', LOOKS.UNREACHABLE, []],
  ])('has for its reason %s', (_what, look, actions) => {
    expect(problemsOf(planSandbox('safe', sandboxSeen('pod', { look })), 'failed', actions)).toEqual([
      unknown('What became of it cannot be told: its shim hangs.'),
    ])
  })
  it('has for its reason its task where nothing else is said', () => {
    const item = planSandbox('safe', sandboxSeen('pod', { look: LOOKS.UNKNOWN }))
    const succeeded = { kind: 'await-exit', outcome: 'done', detail: 'no matter' } as const
    const expected = [unknown('What became of it cannot be told: its task is UNKNOWN.')]
    expect(problemsOf(item, 'done', [succeeded])).toEqual(expected)
    expect(problemsOf(item, 'failed', [{ ...failed, detail: null }])).toEqual(expected)
  })
  it('has for its reason what its controller said', () => {
    const stored = storedSeen('s1', { seen: 'OTHER', detail: 'its controller says "starting"' })
    expect(problemsOf(planStored('safe', stored))).toEqual([
      unknown('What became of it cannot be told: its controller says "starting".'),
    ])
  })
  it('is none where its state is known', () => {
    const gone = planSandbox('safe', sandboxSeen('pod', { look: LOOKS.MISSING }))
    expect(problemsOf(gone, 'done', [failed])).toEqual([])
  })
})
