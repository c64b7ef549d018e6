import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, LOOKS, taskReply } from '../../adapters/fast-check/seen.js'
import {
  isRecovered,
  planSandbox,
  planStored,
  type SandboxItem,
  sandboxActions,
  sandboxRow,
  settleSandbox,
} from '../../core/sandbox-plan.js'
import { PROFILES } from '../../core/transitions.js'
import { sandboxSeen, storedSeen } from './sandboxes.js'

const UNREAD = { why: 'shape', detail: 'garbage' } as const
const NETNS = { path: '/run/netns/a', status: 'open', unclear: null } as const

describe.each(PROFILES)('a sandbox with a container record, in %s', (profile) => {
  it('is planned by its task', () => {
    const seen = sandboxSeen('pod', { netns: NETNS })
    expect(planSandbox(profile, seen)).toEqual({
      profile,
      id: 'pod',
      record: sandboxRecord('pod'),
      origin: 'container',
      sandboxer: '',
      metadata: rightOf(seen.metadata),
      metadataProblem: null,
      resourcesProblem: null,
      task: 'RUNNING',
      pid: 4242,
      seenTask: taskReply('web'),
      createdAt: CREATED_AT,
      netns: NETNS,
      decision: expect.objectContaining({ rule: 'sandbox-running' }),
      detail: '',
      parked: null,
    })
  })
  it('has no pid where it has no task, and says why where nobody could be asked', () => {
    const gone = { pid: 0, seenTask: null, detail: '', decision: { rule: 'sandbox-gone' } }
    expect(planSandbox(profile, sandboxSeen('pod', { look: LOOKS.MISSING }))).toMatchObject(gone)
    const unasked = { ...gone, detail: 'its shim hangs', decision: { rule: 'sandbox-unreachable' } }
    expect(planSandbox(profile, sandboxSeen('pod', { look: LOOKS.UNREACHABLE }))).toMatchObject(unasked)
  })
  it('has nothing decided about it where its metadata cannot be read', () => {
    expect(planSandbox(profile, sandboxSeen('pod', { metadata: UNREAD }))).toMatchObject({
      metadata: null,
      metadataProblem: UNREAD,
      decision: null,
    })
  })
})

describe('a sandbox that cannot be read whole', () => {
  const spare = rightOf(sandboxSeen('pod', { metadata: { name: 'spare' } }).metadata)
  it('has its metadata from the sandbox store in safe, and in safe alone', () => {
    const seen = sandboxSeen('pod', { metadata: UNREAD, spare })
    expect(planSandbox('safe', seen)).toMatchObject({
      metadata: spare,
      metadataProblem: UNREAD,
      decision: { rule: 'sandbox-running' },
    })
    expect(planSandbox('reference', seen)).toMatchObject({ metadata: null, decision: null })
  })
  it('keeps its own metadata where those can be read', () => {
    expect(planSandbox('safe', sandboxSeen('pod', { spare })).metadata?.name).toBe('pod_default_uid-pod_0')
  })
  it('fails the reference by its updated resources, and not safe', () => {
    const seen = sandboxSeen('pod', { resources: UNREAD })
    expect(planSandbox('reference', seen)).toMatchObject({ resourcesProblem: UNREAD, decision: null })
    expect(planSandbox('safe', seen)).toMatchObject({
      resourcesProblem: UNREAD,
      decision: { rule: 'sandbox-running' },
    })
  })
})

describe.each(PROFILES)('a stored sandbox, in %s', (profile) => {
  it('is planned by its controller', () => {
    const seen = storedSeen('s1', { netns: NETNS, detail: 'SANDBOX_READY' })
    expect(planStored(profile, seen)).toEqual({
      profile,
      id: 's1',
      record: null,
      origin: 'store',
      sandboxer: 'shim',
      metadata: rightOf(seen.metadata),
      metadataProblem: null,
      resourcesProblem: null,
      task: null,
      pid: 9,
      seenTask: null,
      createdAt: CREATED_AT,
      netns: NETNS,
      decision: expect.objectContaining({ rule: 'stored-ready' }),
      detail: 'SANDBOX_READY',
      parked: null,
    })
  })
  it('is planned without it where it has no metadata', () => {
    expect(planStored(profile, storedSeen('s1', { metadata: UNREAD }))).toMatchObject({
      metadata: null,
      metadataProblem: UNREAD,
      decision: { rule: profile === 'safe' ? 'stored-kept' : 'stored-leaked' },
    })
  })
})

const undecided = (profile: 'safe' | 'reference'): SandboxItem =>
  planSandbox(profile, sandboxSeen('pod', { metadata: UNREAD }))

describe('what became of a sandbox', () => {
  it('depends on how its effect ended', () => {
    const item = planSandbox('safe', sandboxSeen('pod'))
    expect(settleSandbox(item, 'done')).toBe('SANDBOX_READY')
    expect(settleSandbox(item, 'not_found')).toBe('SANDBOX_NOTREADY')
    expect(settleSandbox(item, 'failed')).toBe('SANDBOX_UNKNOWN')
  })
  it('is unknown to safe, and hidden by the reference, where nothing was decided', () => {
    expect(settleSandbox(undecided('safe'), 'done')).toBe('SANDBOX_UNKNOWN')
    expect(settleSandbox(undecided('reference'), 'done')).toBeNull()
  })
})

describe('a sandbox is recovered', () => {
  const leaked = { metadata: { why: 'missing', detail: '' } } as const
  it.each([
    ['where it was decided about', planSandbox('reference', sandboxSeen('pod')), true],
    ['where it is gone', planSandbox('reference', sandboxSeen('pod', { look: LOOKS.MISSING })), true],
    ['where it is stored', planStored('reference', storedSeen('s1')), true],
    ['not where its metadata cannot be read', undecided('safe'), false],
    [
      'not where its resources cannot be read',
      planSandbox('reference', sandboxSeen('pod', { resources: UNREAD })),
      false,
    ],
    [
      'not where its record is kept for want of metadata',
      planStored('safe', storedSeen('s1', leaked)),
      false,
    ],
    ['not where it is forgotten', planStored('reference', storedSeen('s1', leaked)), false],
    [
      'not where it is forgotten, whatever its metadata',
      { ...planStored('reference', storedSeen('s1', leaked)), metadata: rightOf(storedSeen('s1').metadata) },
      false,
    ],
  ])('%s', (_where, item, recovered) => expect(isRecovered(item)).toBe(recovered))
})

describe('the action of a sandbox', () => {
  it.each([
    ['await-exit', planSandbox('safe', sandboxSeen('pod'))],
    ['delete-task', planSandbox('safe', sandboxSeen('pod', { look: LOOKS.STOPPED }))],
    ['forget-sandbox', planStored('reference', storedSeen('s1', { metadata: UNREAD }))],
  ] as const)('is %s, as planned or as it ended', (kind, item) => {
    expect(sandboxActions(item, null)).toEqual([{ kind, outcome: null, detail: null }])
    expect(sandboxActions(item, 'failed', 'why')).toEqual([{ kind, outcome: 'failed', detail: 'why' }])
  })
  it('is none where it does nothing, or where nothing was decided', () => {
    expect(sandboxActions(planSandbox('safe', sandboxSeen('pod', { look: LOOKS.MISSING })), 'done')).toEqual(
      [],
    )
    expect(sandboxActions(undecided('safe'), null)).toEqual([])
  })
})

describe('the row of a sandbox', () => {
  it('says what is shown of it', () => {
    const actions = [{ kind: 'await-exit', outcome: null, detail: null }] as const
    expect(sandboxRow(planSandbox('safe', sandboxSeen('pod', { netns: NETNS })), 'done', actions)).toEqual({
      id: 'pod',
      name: 'pod_default_uid-pod_0',
      origin: 'container',
      task: 'RUNNING',
      rule: 'sandbox-running',
      state: 'SANDBOX_READY',
      pid: 4242,
      createdAt: CREATED_AT,
      netns: { path: '/run/netns/a', status: 'open' },
      actions,
      problems: [],
    })
  })
  it('has a pid only while it is ready', () => {
    const item = planSandbox('safe', sandboxSeen('pod'))
    expect(sandboxRow(item, 'not_found', [])).toMatchObject({
      state: 'SANDBOX_NOTREADY',
      pid: 0,
      problems: [],
    })
    expect(sandboxRow(item, 'failed', [])).toMatchObject({ state: 'SANDBOX_UNKNOWN', pid: 0 })
  })
  it('has no name where it lost it, or where nobody knows it', () => {
    const parked = { name: 'web', winner: 'a', loser: 'pod' }
    expect(sandboxRow({ ...planSandbox('safe', sandboxSeen('pod')), parked }, 'done', []).name).toBeNull()
    expect(sandboxRow(undecided('reference'), 'done', [])).toMatchObject({
      name: null,
      rule: null,
      state: null,
    })
  })
})
