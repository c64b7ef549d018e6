import { describe, expect, it } from 'vitest'
import { recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import { TASKS, type TaskForm, worldsOf } from '../../adapters/fast-check/worlds.js'
import { describeLaws } from './suite.js'

describeLaws('reference')

const FORMS: readonly TaskForm[] = Object.values(TASKS)

describe('the reference', () => {
  // What containerd does is the proof that a law can be broken, and that its breach is seen.
  const broken = LAWS.filter(({ both, id }) => !both && id !== 'L8')
  it.each(broken)('breaks $id: $says', async ({ breaches }) => {
    for (const form of FORMS)
      for (const { world } of worldsOf(form))
        if (breaches(await recoverTwice(world, { profile: 'reference' })).length > 0) return
    expect.unreachable('it holds')
  })
})
