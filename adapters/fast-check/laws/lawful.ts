import fc from 'fast-check'
import type { Options } from '../../../ports/options.js'
import type { World } from '../../memory/index.js'
import { anyNode } from '../arbitraries/nodes.js'
import { type Evidence, recoverTwice } from './evidence.js'
import { LAWS, type Law } from './predicates.js'
import { plainly, type Wiring } from './recorded.js'

/** What is to be proven: by default the ports of the simulated node itself, and every law. */
export interface Subject {
  readonly wire?: Wiring
  readonly options?: Partial<Options>
  readonly laws?: readonly Law[]
}

/**
 * Where the fixpoint is known to be reached one recovery later: a start that is undone leaves no IO behind, and the
 * next recovery needs its pod to make it; directories that were made count among those that orphans are a share of.
 */
const isOneLater = ({ first: { report } }: Evidence): boolean =>
  report.containers.some(({ rule }) => rule === 'undo-start') ||
  report.orphans.some(({ reason }) => reason.includes('too many to be true'))

/** Beside calls that fail the fixpoint is not asked for: `excused.ts` says why, for one container. */
const isAsked = (law: Law, world: World, evidence: Evidence): boolean =>
  law.id !== 'L3' || (world.faults.length === 0 && !isOneLater(evidence))

/**
 * Recovers a node of this world twice, and says where a law was broken: one sentence each, none where all held.
 *
 * @example
 * await breachesOn(emptyWorld(0n)) // []
 */
export const breachesOn = async (world: World, subject: Subject = {}): Promise<readonly string[]> => {
  const { wire = plainly, options = {}, laws = LAWS } = subject
  const evidence = await recoverTwice(world, options, wire)
  return laws
    .filter((law) => isAsked(law, world, evidence))
    .flatMap((law) => law.breaches(evidence).map((breach) => `${law.id}, ${law.says}: ${breach}`))
}

/**
 * A property: on any of these nodes, a recovery through these ports keeps the laws. It fails with the laws that were
 * broken, and fast-check shrinks the node to a small one on which they are.
 *
 * @example
 * await fc.assert(lawful({ wire: ({ ports }) => ({ ...ports, checkpoints: mine }) }))
 */
export const lawful = (
  subject: Subject = {},
  nodes: fc.Arbitrary<World> = anyNode(false),
): fc.IAsyncPropertyWithHooks<[World, boolean]> =>
  fc.asyncProperty(nodes, fc.boolean(), async (world, force) => {
    const breaches = await breachesOn(world, { ...subject, options: { force, ...subject.options } })
    if (breaches.length > 0) throw new Error(breaches.join('\n'))
  })
