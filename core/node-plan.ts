import * as string from 'fp-ts/lib/string.js'
import { type ContainerPlan, planContainer, settleContainer } from './container-plan.js'
import { expectedPerformance, isShown } from './container-row.js'
import { baseFatal, conflictFatal, duplicateFatal, firstFatal, storedFatal } from './fatal.js'
import { type Claim, type Conflict, conflictsOf } from './names.js'
import type { ImageSeen, NodeSeen } from './observation.js'
import { type Orphan, orphansOf } from './orphans.js'
import { afterKilling, killedOf } from './process-namespace.js'
import type { Fatal } from './report.js'
import { isRecovered, planSandbox, planStored, type SandboxItem, settleSandbox } from './sandbox-plan.js'
import { LIVE_TASKS } from './seen.js'
import type { Profile } from './transitions.js'

/** What recovery does to a node: to each sandbox, container, image and directory, in this order. */
export interface NodePlan {
  /** Recovery stops, the service does not start; nothing is performed then */
  readonly fatal: Fatal | null
  readonly sandboxes: readonly SandboxItem[]
  readonly containers: readonly ContainerPlan[]
  /** Containers that are expected to die with their sandbox: to be looked at again before anything is done to them */
  readonly presumed: ReadonlySet<string>
  readonly images: readonly ImageSeen[]
  readonly orphans: readonly Orphan[]
}

const byId = <A extends { readonly id: string }>(items: readonly A[]): readonly A[] =>
  [...items].sort((a, b) => string.Ord.compare(a.id, b.id))

/** No name at all is no claim, and the reference reserves none for stored sandboxes. */
const isUnclaimed = (profile: Profile, { origin, metadata }: SandboxItem): boolean =>
  profile === 'reference' ? origin === 'store' : metadata?.name === ''

const sandboxClaims = (profile: Profile, items: readonly SandboxItem[]): readonly Claim[] =>
  items.flatMap((item) =>
    item.metadata === null || item.decision === null || isUnclaimed(profile, item)
      ? []
      : [
          {
            id: item.id,
            name: item.metadata.name,
            live: settleSandbox(item, 'done') === 'SANDBOX_READY',
            createdAt: item.createdAt,
          },
        ],
  )

const isLoaded = (plan: ContainerPlan): boolean => isShown(plan, expectedPerformance(plan))

/** Containers that the reference would not load reserve no name there. */
const containerClaims = (plans: readonly ContainerPlan[]): readonly Claim[] =>
  plans.flatMap((plan) => {
    return plan.metadata === null || !isLoaded(plan) || (plan.profile === 'safe' && plan.metadata.name === '')
      ? []
      : [
          {
            id: plan.id,
            name: plan.metadata.name,
            live: LIVE_TASKS.has(plan.task),
            createdAt: settleContainer(plan, 'done').status.createdAt || plan.seen.record.createdAt,
          },
        ]
  })

/** Streams of a sandbox came with 2.x; before that a container's fresh IO is made of FIFOs alone (reference: createContainerIO). */
const ioNeedsSandbox = (version: string | null): boolean => version === null || !/^v?1\./.test(version)

const park = <A extends { readonly id: string }>(
  items: readonly A[],
  conflicts: readonly Conflict[],
): readonly A[] => {
  const losers = new Map(conflicts.map((conflict) => [conflict.loser, conflict]))
  return items.map((item) => ({ ...item, parked: losers.get(item.id) ?? null }))
}

/**
 * Decides the whole node from everything that was seen. Pure: the same observation gives the same plan, whatever the
 * order in which its parts came (reference: recover).
 *
 * @param force - remove orphans however many there are
 */
export const planNode = (profile: Profile, seen: NodeSeen, force: boolean): NodePlan => {
  const own = byId(seen.sandboxes.map((sandbox) => planSandbox(profile, sandbox)))
  // A sandbox that step 2 brought in is not looked at again among the stored ones.
  const loaded = new Set(
    own.filter((item) => profile === 'safe' || item.decision !== null).map(({ id }) => id),
  )
  const stored = byId(
    seen.stored
      .filter(({ stored: { id } }) => !loaded.has(id))
      .map((sandbox) => planStored(profile, sandbox)),
  )
  const shadowed = new Set(stored.map(({ id }) => id))
  const sandboxes = byId([...own.filter(({ id }) => !shadowed.has(id)), ...stored])
  const recovered = new Set(
    sandboxes.filter(isRecovered).flatMap(({ id, metadata }) => (metadata === null ? [] : [id, metadata.id])),
  )
  const usable = ioNeedsSandbox(seen.version) ? recovered : null
  const killed = profile === 'reference' ? killedOf(own) : new Set<string>()
  const expected = seen.containers.map((container) => afterKilling(killed, seen.now, container))
  const presumed = expected.filter((container) => !seen.containers.includes(container))
  const containers = byId(expected.map((container) => planContainer(profile, container, seen.now, usable)))
  const sandboxConflicts = conflictsOf(sandboxClaims(profile, sandboxes))
  const containerConflicts = conflictsOf(containerClaims(containers))
  const listed = {
    containers: seen.containers.map(({ record }) => record.id),
    sandboxes: [
      ...seen.sandboxes.map(({ record }) => record.id),
      ...seen.stored.map(({ stored: { id } }) => id),
    ],
    tasks: seen.tasks,
  }
  const strict = profile === 'reference'
  return {
    fatal: firstFatal(
      () => (strict ? duplicateFatal('sandbox', own.filter(isRecovered)) : null),
      () => (strict ? conflictFatal('sandbox', sandboxConflicts) : null),
      () => (strict ? storedFatal(stored) : null),
      () => (strict ? duplicateFatal('container', containers.filter(isLoaded)) : null),
      () => (strict ? conflictFatal('container', containerConflicts) : null),
      () => (typeof seen.images === 'string' ? { stage: 'images', message: seen.images } : null),
      () => baseFatal(seen.bases),
    ),
    sandboxes: park(sandboxes, sandboxConflicts),
    containers: park(containers, containerConflicts),
    presumed: new Set(presumed.map(({ record }) => record.id)),
    images: typeof seen.images === 'string' ? [] : seen.images,
    orphans: orphansOf(seen.bases, listed, force),
  }
}
