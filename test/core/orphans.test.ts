import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isValidId } from '../../core/ids.js'
import type { BaseSeen } from '../../core/observation.js'
import { type Listed, orphansOf } from '../../core/orphans.js'
import { BASES, type Entry, type FileKind } from '../../core/records.js'
import { RUNS } from '../support/runs.js'

const directory = (name: string): Entry => ({ name, kind: 'directory' })
const base = (entries: BaseSeen['entries'], of: 'root' | 'state' = 'root'): BaseSeen => ({
  base: { of, kind: 'containers' },
  path: `/${of}/containers`,
  entries,
})
const KNOWN: Listed = { containers: ['a', 'b', 'c'], sandboxes: [], tasks: [] }
const NOTHING: Listed = { containers: [], sandboxes: [], tasks: [] }
const listed = ['a', 'b', 'c'].map(directory)
const removed = (entries: readonly Entry[], force = false): readonly string[] =>
  orphansOf([base([...listed, ...entries])], KNOWN, force)
    .filter(({ action }) => action === 'remove')
    .map(({ name }) => name)

describe('a directory', () => {
  it('that is named after nothing listed goes', () => {
    expect(orphansOf([base([...listed, directory('old')])], KNOWN, false)).toEqual([
      {
        base: { of: 'root', kind: 'containers' },
        name: 'old',
        path: '/root/containers/old',
        action: 'remove',
        reason: 'no container or sandbox of this id is listed',
      },
    ])
  })
  it('of something listed is not spoken of, in whichever base it stands', () => {
    const bases = BASES.map((of): BaseSeen => ({ base: of, path: '/', entries: listed }))
    expect(orphansOf(bases, KNOWN, true)).toEqual([])
  })
  it.each(['.hidden', 'a..b', '-x', 'a b', 'lost+found', 'x'.repeat(77)])(
    'with a name that containerd does not give stays: %s',
    (name) => {
      expect(removed([directory(name)], true)).toEqual([])
      expect(orphansOf([base([directory(name)])], KNOWN, true)).toMatchObject([
        { action: 'keep', reason: 'not a name that containerd gives' },
      ])
    },
  )
})

describe('what is no directory', () => {
  it.each(['file', 'symlink', 'fifo', 'socket', 'device'] as const satisfies readonly FileKind[])(
    'stays, and is told of: a %s',
    (kind) => {
      expect(orphansOf([base([...listed, { name: 'old', kind }])], KNOWN, true)).toMatchObject([
        { action: 'keep', reason: `not a directory (${kind})` },
      ])
    },
  )
  it('is told of even under the name of something listed', () => {
    expect(orphansOf([base([{ name: 'a', kind: 'symlink' }])], KNOWN, true)).toMatchObject([
      { name: 'a', action: 'keep' },
    ])
  })
})

describe('the share of directories that may go at once', () => {
  const old = (count: number): readonly Entry[] =>
    Array.from({ length: count }, (_, n) => directory(`old${n}`))
  it('is half of all, over the bases together', () => {
    expect(removed(old(3))).toHaveLength(3)
    expect(removed(old(4))).toHaveLength(0)
    const spread = [base(listed), base(old(3), 'state')]
    expect(orphansOf(spread, KNOWN, false).filter(({ action }) => action === 'remove')).toHaveLength(3)
  })
  it('is said to be exceeded, and may be by force', () => {
    const [first] = orphansOf([base([...listed, ...old(4)])], KNOWN, false)
    expect(first?.reason).toMatch(/^4 of 7 directories of containers belong to nobody: too many to be true/)
    expect(removed(old(4), true)).toHaveLength(4)
  })
  it('keeps all after an empty listing', () => {
    for (const force of [false, true]) {
      for (const empty of [NOTHING, { ...NOTHING, tasks: null }]) {
        const all = orphansOf([base(listed)], empty, force)
        expect(all.map(({ action }) => action)).toEqual(['keep', 'keep', 'keep'])
        expect(all[0]?.reason).toMatch(/is the namespace right/)
      }
    }
  })
  it('is counted by kind: a whole listing of sandboxes does not speak for containers', () => {
    const sandboxes: BaseSeen = {
      ...base(['p', 'q', 'r'].map(directory)),
      base: { of: 'root', kind: 'sandboxes' },
    }
    const cut: Listed = { containers: [], sandboxes: ['p', 'q', 'r'], tasks: [] }
    expect(orphansOf([sandboxes, base(listed)], cut, false).map(({ action }) => action)).toEqual([
      'keep',
      'keep',
      'keep',
    ])
    expect(orphansOf([sandboxes, base(listed)], cut, true).map(({ action }) => action)).toEqual([
      'remove',
      'remove',
      'remove',
    ])
  })
  it('is not asked for a kind of which nothing is listed', () => {
    const cut: Listed = { containers: [], sandboxes: ['p'], tasks: ['a', 'b'] }
    const all = orphansOf([base(['a', 'b', 'old'].map(directory))], cut, false)
    expect(all).toMatchObject([
      {
        name: 'old',
        action: 'keep',
        reason: 'no containers are listed: nothing is removed without --force',
      },
    ])
  })
  it('counts no directory of the other kind', () => {
    const sandboxes: BaseSeen = {
      ...base(['p', 'q', 'r'].map(directory)),
      base: { of: 'root', kind: 'sandboxes' },
    }
    const known: Listed = { containers: ['a'], sandboxes: ['p', 'q', 'r'], tasks: [] }
    const all = orphansOf([sandboxes, base([directory('a'), ...old(2)])], known, false)
    expect(all.map(({ action }) => action)).toEqual(['keep', 'keep'])
    expect(all[0]?.reason).toMatch(/^2 of 3 directories of containers belong to nobody/)
  })
  it('never takes what has a task, whatever the force', () => {
    const cut: Listed = { containers: ['a'], sandboxes: [], tasks: ['b'] }
    expect(orphansOf([base(['a', 'b'].map(directory))], cut, true)).toEqual([])
  })
  it('takes nothing where the tasks could not be listed, whatever the force', () => {
    for (const force of [false, true])
      expect(orphansOf([base([...listed, ...old(1)])], { ...KNOWN, tasks: null }, force)).toMatchObject([
        { action: 'keep', reason: 'the tasks could not be listed, so one may still live in it' },
      ])
  })
  it('does not count what may never go', () => {
    const strays = Array.from({ length: 9 }, (_, n): Entry => ({ name: `f${n}`, kind: 'file' }))
    expect(removed([...old(3), ...strays, directory('.x')])).toHaveLength(3)
  })
})

describe('a base', () => {
  it.each([null, 'permission denied'])('of which nothing is seen has no orphans: %s', (entries) =>
    expect(orphansOf([base(entries)], KNOWN, true)).toEqual([]),
  )
})

describe('whatever is removed', () => {
  const entries = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'old', 'older', '.x', 'x y'),
      kind: fc.constantFrom<FileKind>('directory', 'file', 'symlink'),
    }),
  )
  it('is a real directory with a valid name that nobody claims, and not too many', () => {
    fc.assert(
      fc.property(entries, entries, fc.boolean(), (one, two, force) => {
        const all = orphansOf([base(one), base(two, 'state')], KNOWN, force)
        const gone = all.filter(({ action }) => action === 'remove')
        for (const { base: of, name } of gone) {
          expect(isValidId(name) && !KNOWN.containers.includes(name)).toBe(true)
          expect(of.of === 'root' ? one : two).toContainEqual({ name, kind: 'directory' })
        }
        const directories = [...one, ...two].filter(({ kind }) => kind === 'directory')
        if (!force) expect(gone.length * 2).toBeLessThanOrEqual(directories.length)
        if (gone.length > 0)
          expect(all.some(({ reason }) => reason.includes('too many to be true'))).toBe(false)
      }),
      { numRuns: RUNS },
    )
  })
})
