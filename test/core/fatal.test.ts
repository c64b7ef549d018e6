import { describe, expect, it } from 'vitest'
import { baseFatal, conflictFatal, duplicateFatal, firstFatal, storedFatal } from '../../core/fatal.js'
import type { MetadataProblem } from '../../core/metadata.js'
import type { BaseSeen } from '../../core/observation.js'
import { planSandbox, planStored, type SandboxItem } from '../../core/sandbox-plan.js'
import { sandboxSeen, storedSeen } from './sandboxes.js'

const KINDS = [
  ['sandbox', 'sandboxes'],
  ['container', 'containers'],
] as const

describe.each(KINDS)('of two that claim one name, a %s', (kind, stage) => {
  it('is fatal, and the first is told', () => {
    const conflicts = [
      { name: 'web', winner: 'a', loser: 'b' },
      { name: 'api', winner: 'c', loser: 'd' },
    ]
    expect(conflictFatal(kind, conflicts)).toEqual({
      stage,
      message: `the ${kind} name web is reserved for a, and b claims it too`,
    })
  })
  it('is not fatal where there is none', () => expect(conflictFatal(kind, [])).toBeNull())
})

describe.each(KINDS)('of two whose metadata say one id, a %s', (kind, stage) => {
  const item = (id: string, says: string | null) => ({ id, metadata: says === null ? null : { id: says } })
  it('is fatal, and the first two are told', () => {
    const items = [item('a', 'x'), item('b', 'y'), item('c', 'x'), item('d', 'y'), item('e', 'x')]
    expect(duplicateFatal(kind, items)).toEqual({
      stage,
      message: `the ${kind} records a and c both say that they are x`,
    })
  })
  it('is not fatal where they differ, or have no metadata', () => {
    expect(duplicateFatal(kind, [])).toBeNull()
    expect(
      duplicateFatal(kind, [item('a', null), item('b', null), item('c', 'c'), item('d', 'd')]),
    ).toBeNull()
  })
})

describe('a stored sandbox', () => {
  const broken = (id: string, why: MetadataProblem['why']): SandboxItem =>
    planStored('reference', storedSeen(id, { metadata: { why, detail: `${id} is garbage` } }))
  it.each(['type', 'not-json', 'shape', 'version'] as const)(
    'whose metadata cannot be read is fatal: %s',
    (why) => {
      expect(storedFatal([broken('a', 'missing'), broken('b', why), broken('c', why)])).toEqual({
        stage: 'stored sandboxes',
        message: 'the metadata of the stored sandbox b cannot be read: b is garbage',
      })
    },
  )
  it('is not fatal where it has none, or where it can be read', () => {
    expect(storedFatal([broken('a', 'missing'), planStored('reference', storedSeen('b'))])).toBeNull()
    expect(storedFatal([])).toBeNull()
  })
  it('alone is: one with a container record is not', () => {
    const own = planSandbox('reference', sandboxSeen('a', { metadata: { why: 'shape', detail: '' } }))
    expect(storedFatal([own])).toBeNull()
  })
})

describe('a base directory', () => {
  const base = (path: string, entries: BaseSeen['entries']): BaseSeen => ({
    base: { of: 'root', kind: 'containers' },
    path,
    entries,
  })
  it('that cannot be read is fatal, and the first is told', () => {
    expect(baseFatal([base('/a', []), base('/b', 'denied'), base('/c', 'broken')])).toEqual({
      stage: 'orphans',
      message: '/b cannot be read: denied',
    })
  })
  it('that is empty or missing is not', () => {
    expect(baseFatal([base('/a', []), base('/b', null)])).toBeNull()
    expect(baseFatal([])).toBeNull()
  })
})

describe('what ends a recovery', () => {
  const fatal = (stage: string) => ({ stage, message: '' })
  it('is the first that holds, and no later one is looked for', () => {
    const never = () => expect.unreachable()
    expect(
      firstFatal(
        () => null,
        () => fatal('a'),
        never,
      ),
    ).toEqual(fatal('a'))
    expect(
      firstFatal(
        () => fatal('a'),
        () => fatal('b'),
      ),
    ).toEqual(fatal('a'))
  })
  it('is nothing where none holds', () => {
    expect(
      firstFatal(
        () => null,
        () => null,
      ),
    ).toBeNull()
    expect(firstFatal()).toBeNull()
  })
})
