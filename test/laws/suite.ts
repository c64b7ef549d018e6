import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Evidence, recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { EXCUSES, isExcused } from '../../adapters/fast-check/laws/excused.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import { type NamedWorld, TASKS, type TaskForm, worldsOf } from '../../adapters/fast-check/worlds.js'
import type { Profile } from '../../core/transitions.js'

const FORMS: readonly (readonly [string, TaskForm])[] = Object.entries(TASKS)

interface Found {
  readonly named: NamedWorld
  readonly evidence: Evidence
}

/** The laws, over every task × checkpoint × clock × trouble of the disk. */
export const describeLaws = (profile: Profile): void =>
  describe.each(FORMS)(`${profile}, task %s`, (task, form) => {
    let found: readonly Found[] = []
    beforeAll(async () => {
      found = await Promise.all(
        worldsOf(form).map(async (named) => ({
          named,
          evidence: await recoverTwice(named.world, { profile }),
        })),
      )
    })
    afterAll(() => {
      found = []
    })
    it.each(LAWS.filter((law) => law.both || profile === 'safe'))('$id: $says', ({ id, breaches }) => {
      const all = found
        .filter(({ named }) => !isExcused(id, task, named))
        .flatMap(({ named: { checkpoint, clock, storage }, evidence }) =>
          breaches(evidence).map((breach) => `${checkpoint}, ${clock}, the disk ${storage}: ${breach}`),
        )
      expect(all).toEqual([])
    })
  })

/** An excuse that nothing needs any more hides the next breach. */
export const describeExcuses = (): void => {
  const cases = EXCUSES.flatMap((excuse) => excuse.laws.map((id) => ({ ...excuse, id })))
  describe('an excuse', () => {
    it.each(cases)('is needed: $id, for $why', async ({ id, fits }) => {
      const law = LAWS.find((each) => each.id === id)
      for (const [task, form] of FORMS)
        for (const named of worldsOf(form).filter((world) => fits(task, world))) {
          const evidence = await recoverTwice(named.world)
          if (law !== undefined && law.breaches(evidence).length > 0) return
        }
      expect.unreachable('the law holds')
    })
  })
}
