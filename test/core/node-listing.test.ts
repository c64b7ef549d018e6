import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { containerSeen, LOOKS, NOW } from '../../adapters/fast-check/seen.js'
import { planNode } from '../../core/node-plan.js'
import type { ContainerSeen, NodeSeen, SandboxSeen } from '../../core/observation.js'
import type { TaskSeen } from '../../core/seen.js'
import { PROFILES, type Profile } from '../../core/transitions.js'
import { nodeWith } from './node-seen.js'
import { sandboxSeen, storedSeen } from './sandboxes.js'

const UNREAD = { why: 'shape', detail: 'garbage' } as const

const plan = (profile: Profile, own: Partial<NodeSeen>) => planNode(profile, nodeWith(own), false)
const container = (
  id: string,
  own: Partial<ContainerSeen> = {},
  task: TaskSeen = 'RUNNING',
): ContainerSeen => {
  const seen = containerSeen(task, task === 'RUNNING' ? 'RUNNING' : 'CREATED')
  const metadata = { ...rightOf(seen.metadata), id, name: id }
  return { ...seen, record: { ...seen.record, id }, metadata: right(metadata), ...own }
}
const rulesOf = (profile: Profile, own: Partial<NodeSeen>) =>
  plan(profile, own).sandboxes.map(({ id, origin, decision }) => [id, origin, decision?.rule ?? null])

describe('a sandbox that is listed and stored', () => {
  it.each(PROFILES)('is planned once, by its record: %s', (profile) => {
    const seen = { sandboxes: [sandboxSeen('pod')], stored: [storedSeen('pod'), storedSeen('other')] }
    expect(rulesOf(profile, seen)).toEqual([
      ['other', 'store', 'stored-ready'],
      ['pod', 'container', 'sandbox-running'],
    ])
  })
  it('is planned as a stored one by the reference where its record could not be loaded', () => {
    const seen = { sandboxes: [sandboxSeen('pod', { metadata: UNREAD })], stored: [storedSeen('pod')] }
    expect(rulesOf('reference', seen)).toEqual([['pod', 'store', 'stored-ready']])
    expect(rulesOf('safe', seen)).toEqual([['pod', 'container', null]])
  })
  it('stays with its record where it could not be loaded and is not stored', () => {
    expect(rulesOf('reference', { sandboxes: [sandboxSeen('pod', { metadata: UNREAD })] })).toEqual([
      ['pod', 'container', null],
    ])
  })
})

describe('fresh IO', () => {
  const expected = (sandboxes: readonly SandboxSeen[]) =>
    plan('safe', { containers: [container('web', {}, 'MISSING')], sandboxes }).containers[0]?.expected
  it('is expected to work where the sandbox has the id that its metadata say', () => {
    expect(expected([sandboxSeen('pod')])).toBe('done')
    expect(expected([sandboxSeen('record', { metadata: { id: 'pod' } })])).toBe('done')
    expect(expected([sandboxSeen('pod', { metadata: { id: 'other' } })])).toBe('done')
    expect(expected([sandboxSeen('other')])).toBe('failed')
  })
  it('is not where the sandbox has no metadata', () => {
    expect(expected([sandboxSeen('pod', { metadata: UNREAD })])).toBe('failed')
  })
  it('is not where the reference could not load the sandbox', () => {
    const sandboxes = [sandboxSeen('pod', { resources: UNREAD })]
    const containers = [container('web', {}, 'MISSING')]
    expect(plan('reference', { containers, sandboxes }).containers[0]?.expected).toBe('failed')
    expect(plan('safe', { containers, sandboxes }).containers[0]?.expected).toBe('done')
  })
  it('needs its sandbox from 2.0 on, and where no version is known', () => {
    const containers = [container('web', {}, 'MISSING')]
    for (const [version, ending] of [
      [null, 'failed'],
      ['2.0.0', 'failed'],
      ['v2.1.9', 'failed'],
      ['11.0', 'failed'],
      ['2.1.7', 'failed'],
      ['v1.7.24', 'done'],
      ['1.6.20', 'done'],
    ] as const)
      expect(plan('safe', { containers, version }).containers[0]?.expected).toBe(ending)
  })
})

describe('containers whose sandbox is killed', () => {
  const sandboxes = [sandboxSeen('pod', { look: LOOKS.PAUSED })]
  const containers = [
    container('web'),
    container('gone', {}, 'MISSING'),
    container('unread', { metadata: left(UNREAD) }),
  ]
  it('are presumed dead by the reference', () => {
    const { presumed, containers: plans } = plan('reference', { sandboxes, containers })
    expect([...presumed]).toEqual(['web'])
    expect(plans.map(({ id, task }) => [id, task])).toEqual([
      ['gone', 'MISSING'],
      ['unread', 'RUNNING'],
      ['web', 'STOPPED'],
    ])
    expect(plans[2]?.facts).toMatchObject({ exitStatus: 137, exitedAt: NOW })
  })
  it('live on in safe, which does not kill it', () => {
    const { presumed, containers: plans } = plan('safe', { sandboxes, containers })
    expect(presumed.size).toBe(0)
    expect(plans[2]?.task).toBe('RUNNING')
  })
  it('are none where safe only clears away what had stopped', () => {
    const stopped = [sandboxSeen('pod', { look: LOOKS.STOPPED })]
    expect(plan('safe', { sandboxes: stopped, containers }).presumed.size).toBe(0)
    expect([...plan('reference', { sandboxes: stopped, containers }).presumed]).toEqual(['web'])
  })
})

describe('directories', () => {
  const bases = [
    {
      base: { of: 'root', kind: 'containers' },
      path: '/r',
      entries: ['web', 'pod', 'stored', 'task', 'old'].map((name) => ({ name, kind: 'directory' as const })),
    },
  ] as const
  it('are nobody’s only where no listing of any kind names them', () => {
    const own = {
      bases,
      containers: [container('web')],
      sandboxes: [sandboxSeen('pod')],
      stored: [storedSeen('stored')],
      tasks: ['task'],
    }
    for (const profile of PROFILES)
      expect(plan(profile, own).orphans).toMatchObject([{ name: 'old', action: 'remove' }])
  })
})

describe('images', () => {
  const image = {
    record: { name: 'a', digest: 'm', mediaType: '', size: 1n, labels: new Map() },
    content: { status: 'missing', id: null, why: 'gone' },
    unpacked: false,
  } as const
  it('are passed on as they were seen', () => {
    expect(plan('safe', { images: [image] })).toMatchObject({ images: [image], fatal: null })
  })
  it('are none where they could not be listed', () => {
    expect(plan('safe', { images: 'no answer' }).images).toEqual([])
  })
})
