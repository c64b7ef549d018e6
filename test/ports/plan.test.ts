import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyNode } from '../../adapters/fast-check/arbitraries/nodes.js'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { recoverStaying } from '../../adapters/fast-check/staying.js'
import { CHECKPOINTS, entry, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import { simulate, type World } from '../../adapters/memory/index.js'
import type { ContainerRow, Report } from '../../core/report.js'
import { PROFILES } from '../../core/transitions.js'
import { plan } from '../../ports/recover.js'
import { RUNS } from '../support/runs.js'

const profiles = fc.constantFrom(...PROFILES)

describe('a plan', () => {
  it('changes nothing on any node, whatever fails', () =>
    fc.assert(
      fc.asyncProperty(anyNode(true), profiles, fc.boolean(), async (world, profile, force) => {
        const node = simulate(world)
        await plan(options({ profile, force }))(node.ports)()
        expect(node.log.filter(({ mutating }) => mutating)).toEqual([])
        expect(node.world().files).toEqual(simulate(world).world().files)
        expect(node.world().tasks).toEqual(world.tasks)
      }),
      { numRuns: RUNS / 4, timeout: 5_000 },
    ))
  it('says the same when it is asked again', () =>
    fc.assert(
      fc.asyncProperty(anyNode(false), profiles, async (world, profile) => {
        const node = simulate(world)
        const first = rightOf(await plan(options({ profile }))(node.ports)())
        expect(rightOf(await plan(options({ profile }))(node.ports)())).toEqual(first)
      }),
      { numRuns: RUNS / 4 },
    ))
})

/**
 * What both tell of a container. An action that is only planned has no outcome yet, and of those that write what
 * cannot be written, the second is not begun once the first has failed.
 */
const told = ({ problems, actions, ...row }: ContainerRow): unknown => {
  const codes = problems.map(({ code }) => code)
  const isUnwritten = codes.some((code) => code === 'checkpoint-not-durable' || code === 'not-listed')
  return {
    ...row,
    actions: isUnwritten ? [] : actions.map(({ kind }) => kind).sort(),
    problems: codes.sort(),
  }
}
const tellings = (report: Report): unknown => ({
  fatal: report.fatal,
  containers: report.containers.map(told),
  sandboxes: report.sandboxes.map(({ actions: _, ...row }) => row),
  orphans: report.orphans.map(({ path, action }) => ({ path, action })),
})
const both = async (world: World, profile: (typeof PROFILES)[number]) => {
  const asked = options({ profile })
  const planned = rightOf(await plan(asked)(simulate(world).ports)())
  const { report } = await recoverStaying(asked, simulate(world))
  return { planned: tellings(planned), done: tellings(report) }
}
/** Without it no container's directory can be made, which a plan does not foretell. */
const BASE = entry('containers', { kind: 'directory' })
const FORMS: readonly (readonly [string, TaskForm])[] = Object.entries(TASKS)

describe('what a plan foretells', () => {
  const undisturbed = FORMS.filter(([, { faults }]) => faults.length === 0)
  it.each(PROFILES.flatMap((profile) => undisturbed.map(([name, form]) => ({ profile, name, form }))))(
    'comes true in $profile, task $name',
    async ({ profile, form }) => {
      for (const files of Object.values(CHECKPOINTS)) {
        const { planned, done } = await both(worldOf(form, files, NOW), profile)
        expect(done).toEqual(planned)
      }
    },
  )
  // Of safe alone: the reference kills sandboxes, and what dies with them does not die with a simulated one.
  it('comes true on any node where nothing fails', () =>
    fc.assert(
      fc.asyncProperty(anyNode(false), async (world) => {
        const { planned, done } = await both({ ...world, files: [...world.files, BASE], mounts: [] }, 'safe')
        expect(done).toEqual(planned)
      }),
      { numRuns: RUNS / 2 },
    ))
})
