import { isLeft } from 'fp-ts/lib/Either.js'
import { type ContainerPlan, expectation, planContainer, settleContainer } from './container-plan.js'
import { type Claim, type Conflict, conflictsOf } from './names.js'
import type { BaseSeen, ContainerSeen, ImageSeen, NodeSeen } from './observation.js'
import { type Orphan, orphansOf } from './orphans.js'
import type { Fatal } from './report.js'
import { isRecovered, planSandbox, planStored, type SandboxItem, settleSandbox } from './sandbox-plan.js'
import { type TaskSeen, taskSeenOf } from './seen.js'
import type { Profile } from './transitions.js'

/** What recovery does to a node: to each sandbox, container, image and directory, in this order. */
export interface NodePlan {
  /** Recovery stops, the service does not start; nothing is performed then */
  readonly fatal: Fatal | null
  readonly sandboxes: readonly SandboxItem[]
  readonly containers: readonly ContainerPlan[]
  readonly images: readonly ImageSeen[]
  readonly orphans: readonly Orphan[]
}

const LIVE: ReadonlySet<TaskSeen> = new Set<TaskSeen>(['RUNNING', 'PAUSED', 'PAUSING'])

const byId = <A extends { readonly id: string }>(items: readonly A[]): readonly A[] =>
  [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

const sandboxClaims = (profile: Profile, items: readonly SandboxItem[]): readonly Claim[] =>
  items.flatMap((item) =>
    item.metadata === null || item.decision === null || (item.origin === 'store' && profile === 'reference')
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

/** Containers that the reference would not load reserve no name there. */
const containerClaims = (plans: readonly ContainerPlan[]): readonly Claim[] =>
  plans.flatMap((plan) => {
    const loaded = plan.profile === 'safe' || expectation(plan).obstacle === null
    return plan.metadata === null || !loaded
      ? []
      : [
          {
            id: plan.id,
            name: plan.metadata.name,
            live: LIVE.has(plan.task),
            createdAt: settleContainer(plan, 'done').status.createdAt || plan.seen.record.createdAt,
          },
        ]
  })

const conflictFatal = (kind: 'sandbox' | 'container', conflicts: readonly Conflict[]): Fatal | null => {
  const [first] = conflicts
  return first === undefined
    ? null
    : {
        stage: kind === 'sandbox' ? 'sandboxes' : 'containers',
        message: `the ${kind} name ${first.name} is reserved for ${first.winner}, and ${first.loser} claims it too`,
      }
}

/** Two records whose metadata carry the same id: adding the second to the store fails (reference: containerStore.Add). */
const duplicateFatal = (
  kind: 'sandbox' | 'container',
  items: readonly { readonly id: string; readonly metadata: { readonly id: string } | null }[],
): Fatal | null => {
  const seen = new Map<string, string>()
  for (const { id, metadata } of items) {
    if (metadata === null) continue
    const other = seen.get(metadata.id)
    if (other !== undefined)
      return {
        stage: kind === 'sandbox' ? 'sandboxes' : 'containers',
        message: `the ${kind} records ${other} and ${id} both say that they are ${metadata.id}`,
      }
    seen.set(metadata.id, id)
  }
  return null
}

const storedFatal = (items: readonly SandboxItem[]): Fatal | null => {
  const broken = items.find(
    (item) =>
      item.origin === 'store' && item.metadataProblem !== null && item.metadataProblem.why !== 'missing',
  )
  return broken === undefined
    ? null
    : {
        stage: 'stored sandboxes',
        message: `the metadata of the stored sandbox ${broken.id} cannot be read: ${broken.metadataProblem?.detail ?? ''}`,
      }
}

const baseFatal = (bases: readonly BaseSeen[]): Fatal | null => {
  const broken = bases.find((base) => typeof base.entries === 'string')
  return broken === undefined || typeof broken.entries !== 'string'
    ? null
    : { stage: 'orphans', message: `${broken.path} cannot be read: ${broken.entries}` }
}

/** Streams of a sandbox came with 2.x; before that a container's fresh IO is made of FIFOs alone (reference: createContainerIO). */
const ioNeedsSandbox = (version: string | null): boolean => version === null || !/^v?1\./.test(version)

/** The sandboxes whose processes the reference kills before it looks at their containers: those that do not run. */
const killedOf = (items: readonly SandboxItem[]): ReadonlySet<string> =>
  new Set(
    items
      .filter(
        ({ decision, metadata, pid }) =>
          decision?.plan.effect === 'delete-task' && pid !== 0 && !metadata?.hostProcesses,
      )
      .map(({ id }) => id),
  )

const SIGKILLED = 137

/** What is seen of a container once its sandbox was killed: in a shared pid namespace the kernel kills all. */
const afterKilling = (killed: ReadonlySet<string>, now: bigint, seen: ContainerSeen): ContainerSeen => {
  const { look, metadata } = seen
  if (isLeft(metadata) || look.kind !== 'found' || !LIVE.has(taskSeenOf(look))) return seen
  const { sandboxId, config } = metadata.right
  if (config === null || !config.sharesProcesses || !killed.has(sandboxId)) return seen
  const task = { ...look.task, status: 'stopped', exitStatus: SIGKILLED, exitedAt: now } as const
  return { ...seen, look: { kind: 'found', task } }
}

const first = (...fatals: readonly (() => Fatal | null)[]): Fatal | null => {
  for (const fatal of fatals) {
    const found = fatal()
    if (found !== null) return found
  }
  return null
}

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
  const containers = byId(
    seen.containers
      .map((container) => afterKilling(killed, seen.now, container))
      .map((container) => planContainer(profile, container, seen.now, usable)),
  )
  const sandboxConflicts = conflictsOf(sandboxClaims(profile, sandboxes))
  const containerConflicts = conflictsOf(containerClaims(containers))
  const known = new Set([
    ...seen.containers.map(({ record }) => record.id),
    ...seen.sandboxes.map(({ record }) => record.id),
    ...seen.stored.map(({ stored: { id } }) => id),
  ])
  const strict = profile === 'reference'
  return {
    fatal: first(
      () => (strict ? duplicateFatal('sandbox', own.filter(isRecovered)) : null),
      () => (strict ? conflictFatal('sandbox', sandboxConflicts) : null),
      () => (strict ? storedFatal(stored) : null),
      () => (strict ? duplicateFatal('container', containers) : null),
      () => (strict ? conflictFatal('container', containerConflicts) : null),
      () => (typeof seen.images === 'string' ? { stage: 'images', message: seen.images } : null),
      () => baseFatal(seen.bases),
    ),
    sandboxes: park(sandboxes, sandboxConflicts),
    containers: park(containers, containerConflicts),
    images: typeof seen.images === 'string' ? [] : seen.images,
    orphans: orphansOf(seen.bases, known, force),
  }
}
