import { describe, expect, it } from 'vitest'
import { applyAll, type Disk, diskWith, look } from './disk.js'
import type { Operation } from './operations.js'
import { afterPowerCut } from './power-cut.js'

const BEGIN = diskWith({ web: null, 'web/status': 'old' })

/** Path and content, as `status=old`; a directory is its name. */
const said = (disk: Disk): string =>
  [...look(disk)]
    .map(([path, found]) => (found === 'directory' ? path : `${path}=${JSON.stringify(found.text)}`))
    .join(' ')
const now = (...asked: readonly Operation[]): string => said(applyAll(BEGIN, asked))
const later = (...asked: readonly Operation[]): readonly string[] =>
  afterPowerCut(applyAll(BEGIN, asked)).map(said).sort()

const TEMPORARY = 'web/tmp'
const create: Operation = { op: 'create', path: TEMPORARY, mode: 0o600 }
const write: Operation = { op: 'write', path: TEMPORARY, text: 'ab' }
const sync: Operation = { op: 'sync', path: TEMPORARY }
const rename: Operation = { op: 'rename', path: TEMPORARY, to: 'web/status' }
const syncDirectory: Operation = { op: 'sync-directory', path: 'web' }

describe('a disk before any power cut', () => {
  it('shows each operation at once', () => {
    expect(now(create)).toBe('web web/status="old" web/tmp=""')
    expect(now(create, write, write)).toBe('web web/status="old" web/tmp="abab"')
    expect(now(create, write, rename)).toBe('web web/status="ab"')
    expect(now({ op: 'unlink', path: 'web/status' }, { op: 'rmdir', path: 'web' })).toBe('')
    expect(now({ op: 'mkdir', path: 'db' })).toBe('db web web/status="old"')
  })
  it('gives a file a second name, and both the same content', () => {
    const asked: Operation[] = [{ op: 'link', path: 'web/status', to: 'web/aside' }]
    expect(now(...asked, { op: 'write', path: 'web/aside', text: '+' })).toBe(
      'web web/aside="old+" web/status="old+"',
    )
  })
  it.each<Operation>([
    { op: 'create', path: 'web/status', mode: 0o600 },
    { op: 'create', path: 'db/status', mode: 0o600 },
    { op: 'write', path: 'web', text: '' },
    { op: 'sync', path: 'web/none' },
    { op: 'sync-directory', path: 'web/status' },
    { op: 'rename', path: 'web/status', to: 'web' },
    { op: 'link', path: 'web/status', to: 'web/status' },
    { op: 'unlink', path: 'web' },
    { op: 'mkdir', path: 'web' },
    { op: 'rmdir', path: 'web' },
  ])('refuses what no kernel does: $op $path', (asked) => {
    expect(() => now(asked)).toThrow('no disk can')
  })
})

describe('a disk after a power cut', () => {
  it('is what it was, where all of that is down', () => {
    expect(later()).toEqual(['web web/status="old"'])
  })
  it('may hold nothing, a part, all, or zeros of what was not synced, and its name or not', () => {
    expect(later(create, write)).toEqual([
      'web web/status="old"',
      ...['""', '"\\u0000\\u0000"', '"a"', '"ab"'].map((text) => `web web/status="old" web/tmp=${text}`),
    ])
  })
  it('has what was synced of a file, but not for that its name', () => {
    expect(later(create, write, sync)).toEqual(['web web/status="old"', 'web web/status="old" web/tmp="ab"'])
  })
  it('has the name that was synced with its directory, but not for that what is in the file', () => {
    expect(later(create, write, syncDirectory)).toHaveLength(4)
    expect(later(create, write, sync, syncDirectory)).toEqual(['web web/status="old" web/tmp="ab"'])
  })
  it('loses nothing of a file that was synced before more was written', () => {
    const more: Operation = { op: 'write', path: 'web/status', text: 'er' }
    expect(later(more)).toEqual(
      ['"old"', '"old\\u0000\\u0000"', '"olde"', '"older"'].map((text) => `web web/status=${text}`),
    )
  })
  it('shows a rename as the old or the new, never neither, and perhaps under both names', () => {
    const states = later(create, write, sync, syncDirectory, rename)
    expect(states).toEqual([
      'web web/status="ab"',
      'web web/status="ab" web/tmp="ab"',
      'web web/status="old" web/tmp="ab"',
    ])
  })
  it('may keep a rename and lose the data of what was renamed', () => {
    expect(later(create, write, rename)).toContain('web web/status=""')
    expect(later(create, write, rename)).toContain('web web/status="\\u0000\\u0000"')
  })
  it('keeps the mode that a file was made with, or has the one that it got later', () => {
    const disk = applyAll(diskWith({ f: '' }, 0o644), [{ op: 'chmod', path: 'f', mode: 0o600 }])
    const modes = afterPowerCut(disk).map((left) => look(left).get('f'))
    expect(modes).toEqual([0o644, 0o600].map((mode) => expect.objectContaining({ mode })))
  })
  it('takes names one by one: a later one may be found without an earlier', () => {
    const link = (to: string): Operation => ({ op: 'link', path: 'web/status', to })
    expect(later(link('web/a'), link('web/b'))).toHaveLength(4)
  })
  it('shows nothing below a directory that is not there', () => {
    const made: Operation[] = [
      { op: 'mkdir', path: 'db' },
      { op: 'create', path: 'db/status', mode: 0o600 },
    ]
    const synced: Operation = { op: 'sync-directory', path: 'db' }
    expect(later(...made, synced)).toEqual(['db db/status="" web web/status="old"', 'web web/status="old"'])
    expect(later(...made, synced, { op: 'sync-directory', path: '' })).toEqual([
      'db db/status="" web web/status="old"',
    ])
  })
  it('has no name that was below such a directory, when one like it is made', () => {
    const disk = applyAll(BEGIN, [
      { op: 'mkdir', path: 'db' },
      { op: 'create', path: 'db/status', mode: 0o600 },
      { op: 'sync-directory', path: 'db' },
    ])
    const without = afterPowerCut(disk).filter((left) => !look(left).has('db'))
    expect(without.map((left) => said(applyAll(left, [{ op: 'mkdir', path: 'db' }])))).toEqual([
      'db web web/status="old"',
    ])
  })
  it('has the new name of what was renamed into another directory, once the old one is gone for good', () => {
    const asked: Operation[] = [{ op: 'rename', path: 'web/status', to: 'status' }, syncDirectory]
    expect(later(...asked)).toEqual(['status="old" web'])
  })
  it('brings back what was removed and not synced, but into no new directory of that name', () => {
    const removed: Operation[] = [
      { op: 'unlink', path: 'web/status' },
      { op: 'rmdir', path: 'web' },
    ]
    expect(later(...removed)).toEqual(['', 'web', 'web web/status="old"'])
    expect(later(...removed, { op: 'mkdir', path: 'web' }, { op: 'sync-directory', path: '' })).toEqual([
      'web',
    ])
  })
})

describe('a program that replaces a file', () => {
  const GOOD = [create, write, sync, rename, syncDirectory]
  /** Whether a reader finds the old or the new at any time, and the new once all is done. */
  const isAtomic = (asked: readonly Operation[]): boolean => {
    const statusAfter = (length: number) =>
      afterPowerCut(applyAll(BEGIN, asked.slice(0, length))).map((disk) => {
        const found = look(disk).get('web/status')
        return typeof found === 'object' ? found.text : found
      })
    const seen = asked.flatMap((_, at) => statusAfter(at + 1))
    return (
      seen.every((text) => text === 'old' || text === 'ab') &&
      statusAfter(asked.length).every((text) => text === 'ab')
    )
  }
  it('does so atomically with all its operations', () => {
    expect(isAtomic(GOOD)).toBe(true)
  })
  it.each([
    ['that leaves out the fsync of the file', GOOD.filter((each) => each !== sync)],
    ['that leaves out the fsync of the directory', GOOD.filter((each) => each !== syncDirectory)],
    ['that syncs the directory first', [create, write, sync, syncDirectory, rename]],
    ['that renames before it syncs', [create, write, rename, syncDirectory]],
    [
      'that writes in place',
      [{ op: 'unlink', path: 'web/status' } as const, create, write, sync, rename, syncDirectory],
    ],
  ])('is caught %s', (_, asked) => {
    expect(isAtomic(asked)).toBe(false)
  })
})
