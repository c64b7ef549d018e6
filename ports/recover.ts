import * as E from 'fp-ts/lib/Either.js'
import { type ContainerPlan, planContainer, settleContainer } from '../core/container-plan.js'
import { containerRow } from '../core/container-row.js'
import { type NodePlan, planNode } from '../core/node-plan.js'
import { expectedRows, nodeReport, type Rows } from '../core/node-report.js'
import type { Orphan } from '../core/orphans.js'
import { isCriLive } from '../core/plugins.js'
import type { OrphanRow, Report, Source } from '../core/report.js'
import { sandboxRow } from '../core/sandbox-plan.js'
import type { Settled } from '../core/transitions.js'
import { each } from './each.js'
import { describe, failure } from './failure.js'
import { lookAgain, observe } from './observe.js'
import type { Options } from './options.js'
import { performContainer, type Recovered } from './perform.js'
import { performSandbox } from './perform-sandbox.js'
import type { Ports, Program } from './ports.js'

export type { Options } from './options.js'

/** The one program: `plan` stops before performing, `recover` goes on. */

const sourceOf = async (ports: Ports, options: Options): Promise<Source> => {
  const version = await ports.timers.within(
    options.timeoutMs,
    'ask for the version',
    ports.introspection.version,
  )()
  return { ...options.source, containerd: E.isRight(version) ? version.right : null }
}

const decideNode =
  (options: Options): Program<NodePlan> =>
  (ports) =>
  async () => {
    const seen = await observe(options)(ports)()
    return E.isLeft(seen) ? seen : E.right(planNode(options.profile, seen.right, options.force))
  }

/**
 * What recovery would do to the node, and why; changes nothing. Fails only where containerd could not be listed.
 *
 * @example
 * const report = await plan(options)(ports)()
 */
export const plan =
  (options: Options): Program<Report> =>
  (ports) =>
  async () => {
    const decided = await decideNode(options)(ports)()
    if (E.isLeft(decided)) return decided
    const source = await sourceOf(ports, options)
    return E.right(nodeReport('plan', options.profile, source, decided.right, expectedRows(decided.right)))
  }

/** A recovered container: its plan, what was done, what it is now. */
export interface RecoveredContainer extends Recovered {
  readonly plan: ContainerPlan
  readonly settled: Settled
}

/** A recovered node, with the watches that are still open. */
export interface Recovery {
  readonly report: Report
  readonly containers: readonly RecoveredContainer[]
  readonly close: () => void
}

const removeOrphan = async (ports: Ports, options: Options, orphan: Orphan): Promise<OrphanRow> => {
  const { path, action, reason } = orphan
  if (action === 'keep') return { path, action, reason }
  const removed = await ports.timers.within(options.timeoutMs, `remove ${path}`, (signal) =>
    ports.directories.remove(orphan.base, orphan.name, signal),
  )()
  return E.isRight(removed) || removed.left.tag === 'NotFound'
    ? { path, action, reason }
    : { path, action: 'keep', reason: describe(removed.left) }
}

/** A container whose sandbox was just killed: what was expected of it is not proof enough to act on. */
const settledPlan = async (
  ports: Ports,
  options: Options,
  node: NodePlan,
  item: ContainerPlan,
): Promise<ContainerPlan> => {
  if (!node.presumed.has(item.id)) return item
  const look = await lookAgain(ports, options, item.id)
  return { ...planContainer(item.profile, { ...item.seen, look }, item.facts.now, null), parked: item.parked }
}

const performNode = async (
  ports: Ports,
  options: Options,
  node: NodePlan,
  stays: boolean,
): Promise<{
  readonly rows: Rows
  readonly containers: readonly RecoveredContainer[]
  readonly close: () => void
}> => {
  const total = node.sandboxes.length + node.containers.length
  let done = 0
  const counted = <A>(result: A): A => {
    done += 1
    options.progress?.(done, total)
    return result
  }
  const sandboxes = await each(options.concurrency, node.sandboxes, async (item) =>
    counted({ item, ...(await performSandbox(ports, options, item)) }),
  )
  const containers = await each(options.concurrency, node.containers, async (planned) => {
    const item = await settledPlan(ports, options, node, planned)
    const recovered = await performContainer(ports, options, item, stays)
    return counted({ plan: item, ...recovered, settled: settleContainer(item, recovered.performed.ending) })
  })
  // Last, as in the reference: by then every listed id is known to be spoken for.
  const orphans = await each(options.concurrency, node.orphans, (orphan) =>
    removeOrphan(ports, options, orphan),
  )
  return {
    rows: {
      sandboxes: sandboxes.map(({ item, outcome, actions }) => sandboxRow(item, outcome, actions)),
      containers: containers.map((container) => containerRow(container.plan, container.performed)),
      orphans,
    },
    containers,
    close: () => {
      for (const { watch } of [...sandboxes, ...containers]) watch?.close()
    },
  }
}

const refusal = async (
  ports: Ports,
  options: Options,
): Promise<E.Either<ReturnType<typeof failure>, void>> => {
  if (options.force) return E.right(undefined)
  const plugins = await ports.timers.within(options.timeoutMs, 'list plugins', ports.introspection.plugins)()
  if (E.isLeft(plugins)) return plugins
  return isCriLive(plugins.right)
    ? E.left(
        failure(
          'AlreadyExists',
          'recover',
          'containerd',
          'its own CRI plugin is live and keeps these containers; disable it (disabled_plugins), or use plan',
        ),
      )
    : E.right(undefined)
}

/**
 * Recovers a node and hands over what is still open: for those who stay. Whoever calls it holds the lock. A node
 * whose plan is fatal is left as it is: nothing is performed, and the report says why.
 *
 * @param stays - whether the caller waits for the exits of what lives
 */
export const recoverAndStay =
  (options: Options, stays: boolean): Program<Recovery> =>
  (ports) =>
  async () => {
    const decided = await decideNode(options)(ports)()
    if (E.isLeft(decided)) return decided
    const node = decided.right
    const source = await sourceOf(ports, options)
    const report = (rows: Rows): Report => nodeReport('recover', options.profile, source, node, rows)
    if (node.fatal !== null)
      return E.right({ report: report(expectedRows(node)), containers: [], close: () => undefined })
    const { rows, containers, close } = await performNode(ports, options, node, stays)
    return E.right({ report: report(rows), containers, close })
  }

/**
 * Recovers a node once: deletes stopped tasks, commits checkpoints, removes orphans, and leaves nobody behind. One at
 * a time on a root, and never beside a live CRI plugin: both are refused with `AlreadyExists`.
 */
export const recover =
  (options: Options): Program<Report> =>
  (ports) =>
  async () => {
    const refused = await refusal(ports, options)
    if (E.isLeft(refused)) return refused
    const lock = await ports.lock.acquire()()
    if (E.isLeft(lock)) return lock
    try {
      const recovery = await recoverAndStay(options, false)(ports)()
      if (E.isLeft(recovery)) return recovery
      recovery.right.close()
      return E.right(recovery.right.report)
    } finally {
      await lock.right.release()
    }
  }
