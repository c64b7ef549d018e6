import { right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { sandboxRecord } from '../../adapters/fast-check/records.js'
import { containerSeen, LOOKS } from '../../adapters/fast-check/seen.js'
import { containerMetadataOf, sandboxMetadataOf } from '../../core/metadata.js'
import { planNode } from '../../core/node-plan.js'
import type { ContainerSeen, SandboxSeen } from '../../core/observation.js'
import { PROFILES } from '../../core/transitions.js'
import { nodeWith } from './node-seen.js'

const container = (
  id: string,
  more: { readonly id?: string; readonly name?: string } = {},
): ContainerSeen => {
  const seen = containerSeen('MISSING', 'CREATED')
  const metadata = rightOf(containerMetadataOf(seen.record.extensions))
  return { ...seen, record: { ...seen.record, id }, metadata: right({ ...metadata, id, name: id, ...more }) }
}
const sandbox = (id: string, more: Partial<SandboxSeen> = {}): SandboxSeen => {
  const record = sandboxRecord(id)
  return {
    record,
    metadata: right(rightOf(sandboxMetadataOf(record.extensions))),
    spare: null,
    resources: null,
    look: LOOKS.RUNNING,
    netns: { path: '', status: 'host', unclear: null },
    ...more,
  }
}

describe('a node’s plan', () => {
  it.each(PROFILES)('is sorted by id in %s, whatever the order of what was seen', (profile) => {
    const ids = ['c', 'a', 'B', 'b']
    const plan = planNode(
      profile,
      nodeWith({ containers: ids.map((id) => container(id)), sandboxes: ids.map((id) => sandbox(id)) }),
      false,
    )
    expect(plan.containers.map(({ id }) => id)).toEqual(['B', 'a', 'b', 'c'])
    expect(plan.sandboxes.map(({ id }) => id)).toEqual(['B', 'a', 'b', 'c'])
    expect(plan.fatal).toBeNull()
  })
  it('is fatal to both where images cannot be listed, or a base cannot be read', () => {
    const base = { of: 'root', kind: 'containers' } as const
    for (const profile of PROFILES) {
      expect(planNode(profile, nodeWith({ images: 'no answer' }), false).fatal).toEqual({
        stage: 'images',
        message: 'no answer',
      })
      const bases = [{ base, path: '/b', entries: 'denied' }]
      expect(planNode(profile, nodeWith({ bases }), false).fatal?.message).toBe('/b cannot be read: denied')
    }
  })
  it('is fatal to the reference alone where two records claim one id, or one name', () => {
    const sameId = nodeWith({ containers: [container('a', { id: 'x' }), container('b', { id: 'x' })] })
    expect(planNode('reference', sameId, false).fatal?.message).toBe(
      'the container records a and b both say that they are x',
    )
    expect(planNode('safe', sameId, false).fatal).toBeNull()
    const sameName = nodeWith({ containers: [container('a', { name: 'x' }), container('b', { name: 'x' })] })
    expect(planNode('reference', sameName, false).fatal?.stage).toBe('containers')
    expect(planNode('safe', sameName, false).containers.map(({ parked }) => parked)).toEqual([
      null,
      { name: 'x', winner: 'a', loser: 'b' },
    ])
  })
})

describe('fresh IO', () => {
  const expected = (sandboxes: readonly SandboxSeen[], version: string | null): string | undefined =>
    planNode('safe', nodeWith({ containers: [container('a')], sandboxes, version }), false).containers[0]
      ?.expected
  it('is expected to work where the sandbox is recovered', () => {
    expect(expected([sandbox('pod')], '2.1.9')).toBe('done')
    expect(expected([], '2.1.9')).toBe('failed')
    expect(expected([sandbox('other')], null)).toBe('failed')
  })
  it('needs no sandbox before 2.0', () => {
    for (const version of ['1.6.20~ds1', '1.7.24', 'v1.7.0']) expect(expected([], version)).toBe('done')
  })
})

describe('a sandbox whose updated resources cannot be read', () => {
  const resources = { why: 'shape', detail: 'none' } as const
  it('fails in the reference, and is only told of in safe', () => {
    const seen = nodeWith({ sandboxes: [sandbox('pod', { resources })] })
    expect(planNode('reference', seen, false).sandboxes[0]?.decision).toBeNull()
    expect(planNode('safe', seen, false).sandboxes[0]?.decision?.rule).toBe('sandbox-running')
  })
})
