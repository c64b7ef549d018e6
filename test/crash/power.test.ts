import { describe, expect, it } from 'vitest'
import { isTemporaryName } from '../../adapters/filesystem/paths.js'
import { applyAll, type Disk, look } from './disk.js'
import type { Operation } from './operations.js'
import { afterPowerCut } from './power-cut.js'
import { ASIDE, diskOf, type Name, NEW, OLD, operationsOf, SITUATIONS, situation } from './recorded.js'

/** Whatever the adapter is asked, and whenever the power goes: a reader finds the old or the new (L14). */

const STATUS = 'web/status'

const textAt = (disk: Disk, path: string): string | null => {
  const found = look(disk).get(path)
  return typeof found === 'object' ? found.text : null
}

interface Cut {
  /** How many operations had been done */
  readonly done: number
  readonly disk: Disk
}

/** Every disk that may be found after a power cut in the middle of these operations. */
const cutsOf = (begin: Disk, asked: readonly Operation[]): readonly Cut[] =>
  [...asked.keys(), asked.length].flatMap((done) =>
    afterPowerCut(applyAll(begin, asked.slice(0, done))).map((disk) => ({ done, disk })),
  )

/** Names that neither were there before nor belong there now. */
const leftoversOf = (disk: Disk): readonly string[] =>
  [...look(disk).keys()].filter((path) => !['web', STATUS, ASIDE].includes(path))

const sweepOf = (disk: Disk): readonly Operation[] =>
  [...look(disk).keys()]
    .filter((path) => isTemporaryName(path.replace('web/', '')))
    .map((path) => ({ op: 'unlink', path }))

const WRITES = [
  ['write over a checkpoint', OLD],
  ['write the first checkpoint', null],
] as const satisfies readonly (readonly [Name, string | null])[]

describe.each(WRITES)('a power cut while it is asked to %s', (name, old) => {
  const asked = operationsOf(name)
  const cuts = cutsOf(diskOf(situation(name)), asked)

  it('shows the old one or the new one', () => {
    expect(new Set(cuts.map(({ disk }) => textAt(disk, STATUS)))).toEqual(new Set([old, NEW]))
  })
  it('shows the new one once the write has returned', () => {
    const texts = cuts.filter(({ done }) => done === asked.length).map(({ disk }) => textAt(disk, STATUS))
    expect(new Set(texts)).toEqual(new Set([NEW]))
  })
  it('shows it to nobody but its owner', () => {
    for (const { disk } of cuts)
      for (const found of look(disk).values()) if (found !== 'directory') expect(found.mode).toBe(0o600)
  })
  it('leaves nothing but what a sweep removes', () => {
    expect(cuts.some(({ disk }) => leftoversOf(disk).length > 0)).toBe(true)
    for (const { disk } of cuts) {
      const swept = applyAll(disk, sweepOf(disk))
      expect(leftoversOf(swept)).toEqual([])
      expect(textAt(swept, STATUS)).toBe(textAt(disk, STATUS))
    }
  })
  it('and another while what it left is swept and the write is done again, shows no third', () => {
    for (const { disk } of cuts)
      for (const again of cutsOf(disk, [...sweepOf(disk), ...asked]))
        expect([old, NEW]).toContain(textAt(again.disk, STATUS))
  })
  /** Without the create nothing could follow, and the chmod is for those who have another umask. */
  const needed = asked.filter(({ op }) => op !== 'create' && op !== 'chmod')
  it.each(needed)('is caught when the write leaves out: $op $path', (left) => {
    const worse = asked.filter((each) => each !== left)
    const isGood = cutsOf(diskOf(situation(name)), worse).every(({ done, disk }) =>
      (done === worse.length ? [NEW] : [old, NEW]).includes(textAt(disk, STATUS)),
    )
    expect(isGood).toBe(false)
  })
})

describe.each(['set aside', 'set aside again'] as const)(
  'a power cut while it is asked to %s, and to write',
  (name) => {
    const aside = operationsOf(name)
    const asked = [...aside, ...operationsOf('write over a checkpoint')]
    const cuts = cutsOf(diskOf(situation(name)), asked)

    it('never loses what could not be read', () => {
      for (const { disk } of cuts) expect([textAt(disk, STATUS), textAt(disk, ASIDE)]).toContain(OLD)
    })
    it('has it under its second name once it has been set aside', () => {
      for (const { disk } of cuts.filter(({ done }) => done >= aside.length))
        expect(textAt(disk, ASIDE)).toBe(OLD)
    })
    it('loses it where it is not set aside first', () => {
      const worse = cutsOf(diskOf(SITUATIONS['set aside']), operationsOf('write over a checkpoint'))
      expect(worse.some(({ disk }) => textAt(disk, STATUS) === NEW && textAt(disk, ASIDE) === null)).toBe(
        true,
      )
    })
  },
)

describe('a power cut while a directory is made, and the first checkpoint written', () => {
  const asked = [...operationsOf('make the directory'), ...operationsOf('write the first checkpoint')]
  const begin = diskOf(situation('make the directory'))

  it('shows none or the new one, and the new one at the end', () => {
    const cuts = cutsOf(begin, asked)
    for (const { disk, done } of cuts)
      expect(done === asked.length ? [NEW] : [null, NEW]).toContain(textAt(disk, STATUS))
  })
  it('loses it with the directory where that one’s own name is not synced', () => {
    const worse = asked.filter(({ path }) => path !== '')
    const last = cutsOf(begin, worse).filter(({ done }) => done === worse.length)
    expect(last.map(({ disk }) => textAt(disk, STATUS))).toContain(null)
  })
})

describe('a power cut while leftovers are swept', () => {
  it('leaves the checkpoint, what was set aside, and what is not ours', () => {
    const begin = diskOf(situation('sweep'))
    expect(operationsOf('sweep')).toEqual(sweepOf(begin))
    expect(operationsOf('sweep what is clean')).toEqual([])
    for (const { disk } of cutsOf(begin, operationsOf('sweep')))
      for (const path of [STATUS, ASIDE, 'web/.tmp-statusX'])
        expect(textAt(disk, path)).toBe(textAt(begin, path))
  })
})
