import { describe, expect, it } from 'vitest'
import { hasLabels, isSelected, type Selection, wholeId } from '../../core/cri-select.js'

const labels = (of: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries(of))

describe('an id in a filter', () => {
  const ids = ['abc', 'abd', 'xyz']
  it.each([
    ['x', 'xyz'],
    ['abc', 'abc'],
    ['ab', 'ab'],
    ['q', 'q'],
    ['', ''],
  ])('%j stands for %j', (asked, whole) => expect(wholeId(ids, asked)).toBe(whole))
})

describe('labels', () => {
  const own = labels({ app: 'web', tier: 'front' })
  it.each([
    [{}, true],
    [{ app: 'web' }, true],
    [{ app: 'web', tier: 'front' }, true],
    [{ app: 'api' }, false],
    [{ app: 'web', tier: 'back' }, false],
    [{ app: 'web', zone: '' }, false],
    [{ APP: 'web' }, false],
  ])('fit a selector where all of it is there: %j', (selector, fits) =>
    expect(hasLabels(own, labels(selector))).toBe(fits),
  )
  it('that are none fit the empty selector alone', () => {
    expect(hasLabels(labels({}), labels({}))).toBe(true)
    expect(hasLabels(labels({}), labels({ app: 'web' }))).toBe(false)
  })
})

describe('an item', () => {
  const ALL: Selection<string> = { id: '', sandboxId: '', state: null, labels: labels({}) }
  const item = { id: 'a', sandboxId: 'p', state: 'READY', labels: labels({ app: 'web' }) }
  it.each<[Partial<Selection<string>>, boolean]>([
    [{}, true],
    [{ id: 'a' }, true],
    [{ id: 'b' }, false],
    [{ sandboxId: 'p' }, true],
    [{ sandboxId: 'q' }, false],
    [{ state: 'READY' }, true],
    [{ state: 'NOTREADY' }, false],
    [{ labels: labels({ app: 'web' }) }, true],
    [{ labels: labels({ app: 'api' }) }, false],
    [{ id: 'a', sandboxId: 'p', state: 'READY', labels: labels({ app: 'web' }) }, true],
    [{ id: 'a', sandboxId: 'p', state: 'READY', labels: labels({ app: 'api' }) }, false],
    [{ id: 'b', sandboxId: 'p', state: 'READY', labels: labels({ app: 'web' }) }, false],
  ])('is selected by what is not empty, all of it (%#)', (selection, selected) =>
    expect(isSelected({ ...ALL, ...selection })(item)).toBe(selected),
  )
})
