import { describe, expect, it } from 'vitest'
import { type FailureTag, failure, describe as tell } from '../../ports/failure.js'

const TAGS: readonly (readonly [FailureTag, boolean])[] = [
  ['NotFound', false],
  ['AlreadyExists', false],
  ['TimedOut', true],
  ['Unavailable', true],
  ['Denied', false],
  ['Malformed', true],
  ['Exhausted', false],
]

describe('a failure', () => {
  it.each(TAGS)('%s leaves open whether it happened all the same: %s', (tag, open) => {
    expect(failure(tag, 'delete task web', 'containerd', '').mayHaveHappened).toBe(open)
  })
  it('may know better than its tag', () => {
    expect(failure('Unavailable', 'a', 'b', 'c', { mayHaveHappened: false, unreached: 'refused' })).toEqual({
      tag: 'Unavailable',
      asked: 'a',
      of: 'b',
      said: 'c',
      mayHaveHappened: false,
      unreached: 'refused',
    })
  })
  it('is told in one line: what was asked of whom, and what came back', () => {
    expect(tell(failure('NotFound', 'delete task web', 'containerd', 'no such task'))).toBe(
      'delete task web: containerd: not found: no such task',
    )
    expect(tell(failure('Exhausted', 'write checkpoint web', '/root', ''))).toBe(
      'write checkpoint web: /root: out of room',
    )
  })
  it('says that it may have happened, unless nobody was reached', () => {
    expect(tell(failure('TimedOut', 'a', 'b', 'c'))).toBe(
      'a: b: no answer in time: c (it may have happened all the same)',
    )
    expect(tell(failure('Unavailable', 'a', 'b', 'c', { unreached: 'no-socket' }))).not.toMatch(/happened/)
    expect(tell(failure('Unavailable', 'a', 'b', 'c', { unreached: 'broken' }))).toMatch(/happened/)
  })
})
