import { describe, expect, it } from 'vitest'
import { breachesOn } from '../../adapters/fast-check/laws/lawful.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { worldOf } from '../../adapters/fast-check/worlds.js'
import { DEFECTS } from './defects.js'

/** A broken adapter is caught by the law that it breaks, and a sound one on the same node by none. */

describe('the laws', () => {
  it.each(DEFECTS)('catch $says ($law)', async ({ law, task, files, wire }) => {
    const world = worldOf(task, files, NOW)
    expect(await breachesOn(world)).toEqual([])
    const broken = await breachesOn(world, { wire })
    expect(broken.filter((breach) => breach.startsWith(`${law},`))).not.toEqual([])
  })
  it('are each broken by some adapter, but where none can', () => {
    const broken = new Set(DEFECTS.map(({ law }) => law))
    // What is set aside, and who holds a name, is up to the program alone: `planted.ts` breaks these.
    expect(LAWS.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual(['L5', 'L5 doubt', 'L8'])
  })
})
