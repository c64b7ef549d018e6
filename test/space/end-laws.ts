import { asText } from '../../adapters/fast-check/laws/case.js'
import type { Run } from '../../adapters/fast-check/laws/evidence.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import type { Report } from '../../core/report.js'
import { choicesOf, isGate } from './choices.js'
import type { Place, Running } from './place.js'
import type { Halted, Wiring } from './process.js'
import { endOf, remembering, runOf, secondLater } from './runs.js'

/** What must hold of a recovery that came to its end. */

/** Whether nothing but itself changed the node while it ran. */
const isUndisturbed = ({ since }: Running): boolean => choicesOf(since).every(isGate)

const differs = (one: Run, other: Run): boolean => {
  const told = ({ report, after }: Run): string =>
    asText([report, after.files.map((file) => [file.path, file.text]).sort(), after.tasks])
  return told(one) !== told(other)
}

export interface Ended {
  readonly breaches: readonly { readonly law: string; readonly what: string }[]
  /** What it comes to once it is recovered again, and nobody disturbs that */
  readonly end: string
}

export const endings = (wiring: Wiring) => {
  const oneByOne = remembering(wiring)
  const again = secondLater(wiring)
  return async (
    { world }: Place,
    running: Running & { readonly report: Report },
    halted: Halted,
  ): Promise<Ended> => {
    const first = runOf(running, halted)
    const second = await again(world)
    const undisturbed = isUndisturbed(running)
    const breaches = LAWS.filter(({ id }) => id !== 'L3' || undisturbed).flatMap((law) =>
      law.breaches({ first, second }).map((what) => ({ law: law.id, what })),
    )
    const order =
      undisturbed && differs(first, await oneByOne(running.begun))
        ? [{ law: 'L2', what: 'it comes to something else than one item after the other' }]
        : []
    return { breaches: [...breaches, ...order], end: endOf(second) }
  }
}
