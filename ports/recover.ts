import * as E from 'fp-ts/lib/Either.js'
import { type ContainerPlan, planContainer, settleContainer } from '../core/container-plan.js'
import { containerRow } from '../core/container-row.js'
import { type NodePlan, planNode } from '../core/node-plan.js'
import { expectedRows, nodeReport, type Rows } from '../core/node-report.js'
import { isCriLive } from '../core/plugins.js'
import type { Report, Source } from '../core/report.js'
import { sandboxRow } from '../core/sandbox-plan.js'
import { attached } from './attach.js'
import { each } from './each.js'
import { failure } from './failure.js'
import { lookAgain, observe } from './observe.js'
import type { Options } from './options.js'
import { performContainer } from './perform.js'
import { performSandbox } from './perform-sandbox.js'
import type { Ports, Program } from './ports.js'
import type { RecoveredContainer } from './recovered.js'
import { removeOrphan } from './remove-orphan.js'
import type { Stay } from './stay.js'

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
  (options: Options, stay: Stay | null): Program<NodePlan> =>
  (ports) =>
  async () => {
    const seen = await observe(options)(ports)()
    if (E.isLeft(seen)) return seen
    const containers = stay === null ? seen.right.containers : seen.right.containers.map(stay.recall)
    return E.right(planNode(options.profile, { ...seen.right, containers }, options.force))
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
    const decided = await decideNode(options, null)(ports)()
    if (E.isLeft(decided)) return decided
    const source = await sourceOf(ports, options)
    return E.right(nodeReport('plan', options.profile, source, decided.right, expectedRows(decided.right)))
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

/** One container's part: looked at again where that is due, attached, performed, settled, handed over. */
const recoverContainer = async (
  ports: Ports,
  options: Options,
  node: NodePlan,
  planned: ContainerPlan,
  logDirectory: string,
  stay: Stay | null,
): Promise<RecoveredContainer> => {
  const begun = ports.clock.now()
  const current = await settledPlan(ports, options, node, planned)
  const plan = stay === null ? current : await attached(ports, options, stay.io, current, logDirectory)
  const by = stay === null ? null : { ...stay, logDirectory }
  const recovered = await performContainer(ports, options, plan, by)
  const settled = settleContainer(plan, recovered.performed.ending)
  const took = ports.clock.now() - begun
  const container = { plan, ...recovered, settled, logDirectory, took }
  if (stay === null) recovered.watch?.close()
  else stay.container(container)
  return container
}

const performNode = async (
  ports: Ports,
  options: Options,
  node: NodePlan,
  stay: Stay | null,
): Promise<Rows> => {
  const total = node.sandboxes.length + node.containers.length
  let done = 0
  const counted = <A>(result: A): A => {
    done += 1
    options.progress?.(done, total)
    return result
  }
  stay?.images(node.images)
  const sandboxes = await each(options.concurrency, node.sandboxes, async (item) => {
    const recovered = await performSandbox(ports, options, item, stay !== null)
    if (stay === null) recovered.watch?.close()
    else stay.sandbox(item, recovered)
    return counted(sandboxRow(item, recovered.outcome, recovered.actions))
  })
  const logs = new Map(node.sandboxes.map(({ id, metadata }) => [id, metadata?.logDirectory ?? '']))
  const containers = await each(options.concurrency, node.containers, async (planned) => {
    const logDirectory = logs.get(planned.metadata?.sandboxId ?? '') ?? ''
    const { plan, performed } = await recoverContainer(ports, options, node, planned, logDirectory, stay)
    return counted(containerRow(plan, performed))
  })
  // Last, as in the reference: by then every listed id is known to be spoken for.
  const removed = stay === null || stay.removesOrphans ? node.orphans : []
  const orphans = await each(options.concurrency, removed, (orphan) => removeOrphan(ports, options, orphan))
  return { sandboxes, containers, orphans }
}

/** Why nothing may be done on this node: somebody else keeps it. */
export const refusal = async (
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
 * Recovers a node. Whoever calls it holds the lock. A node whose plan is fatal is left as it is: nothing is performed,
 * and the report says why.
 *
 * @param stay - who stays: is handed each item with its watch; null: nobody, and every watch is let go of
 */
export const recoverNode =
  (options: Options, stay: Stay | null): Program<Report> =>
  (ports) =>
  async () => {
    const decided = await decideNode(options, stay)(ports)()
    if (E.isLeft(decided)) return decided
    const node = decided.right
    const source = await sourceOf(ports, options)
    const rows = node.fatal === null ? await performNode(ports, options, node, stay) : expectedRows(node)
    return E.right(nodeReport('recover', options.profile, source, node, rows))
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
      return await recoverNode(options, null)(ports)()
    } finally {
      await lock.right.release()
    }
  }
