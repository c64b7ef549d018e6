import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, containerSeen, LOOKS } from '../../adapters/fast-check/seen.js'
import { planNode } from '../../core/node-plan.js'
import type { ContainerSeen, NodeSeen } from '../../core/observation.js'
import type { TaskSeen } from '../../core/seen.js'
import type { CheckpointSeen } from '../../core/status.js'
import type { Profile } from '../../core/transitions.js'
import { nodeWith } from './node-seen.js'
import { sandboxSeen, storedSeen } from './sandboxes.js'

const UNREAD = { why: 'shape', detail: 'garbage' } as const
const NAMED = { metadata: { name: 'web' } }
const UNNAMED = { metadata: { name: '' } }

const plan = (profile: Profile, own: Partial<NodeSeen>) => planNode(profile, nodeWith(own), false)
const container = (
  id: string,
  own: {
    readonly name?: string
    readonly recordedAt?: bigint
    readonly metadata?: ContainerSeen['metadata']
  } = {},
  task: TaskSeen = 'MISSING',
  checkpoint: CheckpointSeen = 'CREATED',
): ContainerSeen => {
  const seen = containerSeen(task, checkpoint)
  const {
    name = 'web',
    recordedAt = CREATED_AT,
    metadata = right({ ...rightOf(seen.metadata), id, name }),
  } = own
  return { ...seen, record: { ...seen.record, id, createdAt: recordedAt }, metadata }
}
const parkedIn = (profile: Profile, own: Partial<NodeSeen>): readonly string[] => {
  const { sandboxes, containers } = plan(profile, own)
  return [...sandboxes, ...containers].flatMap(({ parked }) =>
    parked === null ? [] : [`${parked.loser} to ${parked.winner}`],
  )
}
const fatalIn = (own: Partial<NodeSeen>) => plan('reference', own).fatal

describe('a name that two sandboxes claim', () => {
  const two = [sandboxSeen('a', NAMED), sandboxSeen('b', NAMED)]
  it('parks the loser in safe, and is fatal to the reference', () => {
    expect(parkedIn('safe', { sandboxes: two })).toEqual(['b to a'])
    expect(plan('safe', { sandboxes: two }).fatal).toBeNull()
    expect(fatalIn({ sandboxes: two })).toEqual({
      stage: 'sandboxes',
      message: 'the sandbox name web is reserved for a, and b claims it too',
    })
  })
  it('goes to the one that is ready, then to the older', () => {
    const gone = sandboxSeen('a', { ...NAMED, look: LOOKS.MISSING })
    expect(parkedIn('safe', { sandboxes: [gone, sandboxSeen('b', NAMED)] })).toEqual(['a to b'])
    const older = sandboxSeen('b', {
      ...NAMED,
      record: { ...sandboxRecord('b'), createdAt: CREATED_AT - 1n },
    })
    expect(parkedIn('safe', { sandboxes: [sandboxSeen('a', NAMED), older] })).toEqual(['a to b'])
  })
  it('goes to the same one whoever without a name stands between them', () => {
    const gone = (id: string, createdAt: bigint, named = NAMED) =>
      sandboxSeen(id, { ...named, look: LOOKS.MISSING, record: { ...sandboxRecord(id), createdAt } })
    const sandboxes = [gone('a', CREATED_AT), gone('b', CREATED_AT, UNNAMED), gone('c', CREATED_AT - 1n)]
    expect(parkedIn('safe', { sandboxes })).toEqual(['a to c'])
  })
  it('is claimed by a stored one in safe alone', () => {
    const own = { sandboxes: [sandboxSeen('b', NAMED)], stored: [storedSeen('a', NAMED)] }
    expect(parkedIn('safe', own)).toEqual(['b to a'])
    expect(parkedIn('reference', own)).toEqual([])
    expect(fatalIn(own)).toBeNull()
  })
  it('is claimed by none whose metadata cannot be read', () => {
    const own = { sandboxes: [sandboxSeen('b', NAMED), sandboxSeen('a', { metadata: UNREAD })] }
    expect(parkedIn('safe', own)).toEqual([])
    expect(fatalIn(own)).toBeNull()
  })
  it('is claimed by none that the reference could not load', () => {
    const sandboxes = [sandboxSeen('a', { ...NAMED, resources: UNREAD }), sandboxSeen('b', NAMED)]
    expect(parkedIn('reference', { sandboxes })).toEqual([])
    expect(parkedIn('safe', { sandboxes })).toEqual(['b to a'])
  })
  it('is none in safe where it is empty, and one in the reference', () => {
    const sandboxes = [sandboxSeen('a', UNNAMED), sandboxSeen('b', UNNAMED)]
    expect(parkedIn('safe', { sandboxes })).toEqual([])
    expect(fatalIn({ sandboxes })?.message).toBe('the sandbox name  is reserved for a, and b claims it too')
  })
})

describe('a name that two containers claim', () => {
  it('parks the loser in safe, and is fatal to the reference', () => {
    const containers = [container('a'), container('b')]
    expect(parkedIn('safe', { containers })).toEqual(['b to a'])
    expect(fatalIn({ containers, sandboxes: [sandboxSeen('pod')] })).toEqual({
      stage: 'containers',
      message: 'the container name web is reserved for a, and b claims it too',
    })
  })
  it.each(['RUNNING', 'PAUSED', 'PAUSING'] as const)('goes to the one that lives: %s', (task) => {
    expect(parkedIn('safe', { containers: [container('a'), container('b', {}, task, 'RUNNING')] })).toEqual([
      'a to b',
    ])
  })
  it('goes to the one that was created first, as its checkpoint says', () => {
    const containers = [
      container('a', { recordedAt: CREATED_AT - 9n }),
      container('b', { recordedAt: CREATED_AT - 10n }),
    ]
    expect(parkedIn('safe', { containers })).toEqual(['b to a'])
  })
  it('goes to the one whose record is older where its checkpoint does not say', () => {
    const blank = (id: string, recordedAt: bigint) => container(id, { recordedAt }, 'MISSING', 'BLANK')
    expect(parkedIn('safe', { containers: [blank('a', CREATED_AT), blank('b', CREATED_AT - 1n)] })).toEqual([
      'a to b',
    ])
    expect(parkedIn('safe', { containers: [container('a'), blank('b', CREATED_AT + 1n)] })).toEqual([
      'b to a',
    ])
  })
  it('goes to the same one whoever without metadata stands between them', () => {
    const blank = (id: string, recordedAt: bigint) => container(id, { recordedAt }, 'MISSING', 'BLANK')
    const containers = [
      blank('a', CREATED_AT),
      container('b', { metadata: left(UNREAD) }),
      blank('c', CREATED_AT - 1n),
    ]
    expect(parkedIn('safe', { containers })).toEqual(['a to c'])
  })
  it('is claimed by none whose metadata cannot be read', () => {
    const containers = [container('a', { metadata: left(UNREAD) }), container('b')]
    expect(parkedIn('safe', { containers })).toEqual([])
    expect(fatalIn({ containers })).toBeNull()
  })
  it('is claimed by none that the reference would not load', () => {
    const gone = {
      ...container('a'),
      ...(({ file, checkpoint }) => ({ file, checkpoint }))(
        containerSeen('MISSING', { kind: 'missing', directory: false }),
      ),
    }
    const containers = [gone, container('b')]
    expect(fatalIn({ containers })).toBeNull()
    expect(parkedIn('reference', { containers })).toEqual([])
    expect(parkedIn('safe', { containers })).toEqual(['b to a'])
  })
  it('is none in safe where it is empty, and one in the reference', () => {
    const containers = [container('a', { name: '' }), container('b', { name: '' })]
    expect(parkedIn('safe', { containers })).toEqual([])
    expect(parkedIn('reference', { containers })).toEqual(['b to a'])
  })
  it('is none where a sandbox has it too', () => {
    expect(parkedIn('safe', { containers: [container('a')], sandboxes: [sandboxSeen('b', NAMED)] })).toEqual(
      [],
    )
  })
})

describe('an id that two records say', () => {
  const saying = { metadata: { id: 'x', name: 'one' } }
  it('is fatal to the reference, of sandboxes that it loaded', () => {
    const sandboxes = [sandboxSeen('a', saying), sandboxSeen('b', { metadata: { id: 'x', name: 'two' } })]
    expect(fatalIn({ sandboxes })).toEqual({
      stage: 'sandboxes',
      message: 'the sandbox records a and b both say that they are x',
    })
    expect(plan('safe', { sandboxes }).fatal).toBeNull()
    const failed = sandboxSeen('b', { metadata: { id: 'x', name: 'two' }, resources: UNREAD })
    expect(fatalIn({ sandboxes: [sandboxSeen('a', saying), failed] })).toBeNull()
  })
  it('is not where the reference would not load one of the containers', () => {
    const { file, checkpoint } = containerSeen('MISSING', { kind: 'missing', directory: false })
    const named = (id: string, name: string) => {
      const seen = container(id, { name })
      return { ...seen, metadata: right({ ...rightOf(seen.metadata), id: 'x' }) }
    }
    const containers = [named('a', 'one'), named('b', 'two')]
    expect(fatalIn({ containers })?.message).toBe('the container records a and b both say that they are x')
    const hidden = [named('a', 'one'), { ...named('b', 'two'), file, checkpoint }]
    expect(fatalIn({ containers: hidden })).toBeNull()
  })
})

describe('what ends a recovery', () => {
  const own = {
    sandboxes: [sandboxSeen('a', NAMED), sandboxSeen('b', NAMED)],
    stored: [storedSeen('s', { metadata: UNREAD })],
    containers: [container('c'), container('d')],
    images: 'no answer',
    bases: [{ base: { of: 'root', kind: 'containers' }, path: '/r', entries: 'denied' }],
  } as const
  it('is the first in the order of the stages', () => {
    expect(fatalIn(own)?.stage).toBe('sandboxes')
    expect(fatalIn({ ...own, sandboxes: [] })?.stage).toBe('stored sandboxes')
    expect(fatalIn({ ...own, sandboxes: [], stored: [] })?.stage).toBe('containers')
    expect(fatalIn({ ...own, sandboxes: [], stored: [], containers: [] })?.stage).toBe('images')
  })
  it('is nothing but images and directories in safe', () => {
    expect(plan('safe', own).fatal?.stage).toBe('images')
    expect(plan('safe', { ...own, images: [] }).fatal?.stage).toBe('orphans')
    expect(plan('safe', { ...own, images: [], bases: [] }).fatal).toBeNull()
  })
})
