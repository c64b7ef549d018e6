import { hasExited } from '../../adapters/fast-check/laws/case.js'
import type { Run } from '../../adapters/fast-check/laws/evidence.js'
import { checkpointAt } from '../../adapters/fast-check/laws/files.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import type { World } from '../../adapters/memory/index.js'
import type { Report } from '../../core/report.js'
import type { Profile } from '../../core/transitions.js'

/** What no history may lose, however else it ends. */

/** How the container `web` is on record to have ended; null: it is not. */
export const exitOn = (world: World): number | null => {
  const checkpoint = checkpointAt(world, 'web')
  return checkpoint !== null && hasExited(checkpoint) ? checkpoint.status.exitCode : null
}

const exitOfTask = ({ tasks }: World): number | null => {
  const task = tasks.find(({ id }) => id === 'web')
  return task?.status === 'stopped' ? task.exitStatus | 0 : null
}

/** What is believed of its end: `safe` lets the first record of it stand, the reference the task (deviation first-exit). */
export const exitKnown = (profile: Profile, world: World): number | null =>
  profile === 'safe' ? (exitOn(world) ?? exitOfTask(world)) : (exitOfTask(world) ?? exitOn(world))

/** An exit that somebody knew is known still; one that nobody knew is 255, or the 137 of a start that was undone. */
const exitLost = (profile: Profile, before: World, after: World): string | null => {
  const task = before.tasks.find(({ id }) => id === 'web')
  // An exit time of 0 is no exit to the reference: deviation no-exit-time.
  if (profile === 'reference' && task?.exitedAt === 0n) return null
  const was = exitKnown(profile, before)
  const is = exitKnown(profile, after)
  const isUndone = task?.status === 'created' && is === 137
  if (was === is || (isUndone && (was === null || profile === 'reference'))) return null
  if (was !== null) return `exit ${was} is ${is} now`
  return is === 255 ? null : `nobody told of exit ${is}`
}

const LEFTOVER = /\/\.tmp-status\d+$/

export const leftoversIn = ({ files }: World): readonly string[] =>
  files.filter(({ path }) => LEFTOVER.test(path)).map(({ path }) => `${path} is left over`)

/** Laws that look only at what was before and what is after, whatever happened in between. */
const ENDURING = LAWS.filter(({ id }) => ['L5', 'L7', 'L13', 'L15'].includes(id))

export const lostIn = (
  before: World,
  { world: after, report }: { readonly world: World; readonly report: Report },
): readonly string[] => {
  const run: Run = { before, after, report, log: [], force: false }
  const laws = ENDURING.filter(({ both }) => both || report.profile === 'safe')
  const breaches = laws.flatMap(({ id, breaches }) =>
    breaches({ first: run, second: run }).map((breach) => `${id}: ${breach}`),
  )
  const exit = exitLost(report.profile, before, after)
  return [...new Set(breaches), ...leftoversIn(after), ...(exit === null ? [] : [exit])]
}
