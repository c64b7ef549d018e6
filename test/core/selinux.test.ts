import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelOf, NO_LEVELS, releaseLevel, reserveLevel } from '../../core/selinux.js'
import { RUNS } from '../support/runs.js'

const LABEL = 'system_u:system_r:container_t:s0:c1,c2'
const OTHER_TYPE = 'system_u:system_r:spc_t:s0:c1,c2'

describe('the level of a label', () => {
  it('is what follows user, role and type', () => expect(levelOf(LABEL)).toBe('s0:c1,c2'))
  it.each(['', 'u', 'u:r:t', 'u:r:t:'])('is none in %j', (label) => expect(levelOf(label)).toBeNull())
})

describe('a level', () => {
  it('is reserved with its first user and freed with its last', () => {
    const first = reserveLevel(NO_LEVELS, LABEL)
    const second = reserveLevel(first.levels, OTHER_TYPE)
    expect([first.fresh, second.fresh]).toEqual([true, false])
    const third = releaseLevel(second.levels, LABEL)
    const last = releaseLevel(third.levels, LABEL)
    expect([third.freed, last.freed]).toEqual([false, true])
    expect(last.levels).toEqual(NO_LEVELS)
  })
  it('that nobody holds can be released, which changes nothing', () => {
    const { levels } = reserveLevel(NO_LEVELS, LABEL)
    expect(releaseLevel(levels, 'u:r:t:s0')).toEqual({ levels, freed: false })
    expect(releaseLevel(NO_LEVELS, LABEL)).toEqual({ levels: NO_LEVELS, freed: false })
  })
  it('is not counted for a label that has none', () => {
    expect(reserveLevel(NO_LEVELS, '')).toEqual({ levels: NO_LEVELS, fresh: false })
    expect(releaseLevel(NO_LEVELS, '')).toEqual({ levels: NO_LEVELS, freed: false })
  })
  it('is fresh and freed as often, and in use in between, whatever the order', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.constantFrom(LABEL, OTHER_TYPE, 'u:r:t:s1', '')))
    fc.assert(
      fc.property(steps, (all) => {
        let levels = NO_LEVELS
        let inUse = 0
        for (const [reserve, label] of all) {
          const step = reserve ? reserveLevel(levels, label) : releaseLevel(levels, label)
          levels = step.levels
          inUse += 'fresh' in step ? Number(step.fresh) : -Number(step.freed)
        }
        expect(levels.size).toBe(inUse)
        for (const users of levels.values()) expect(users).toBeGreaterThan(0)
      }),
      { numRuns: RUNS },
    )
  })
})
