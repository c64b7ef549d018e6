import * as E from 'fp-ts/lib/Either.js'
import { planSandbox, type SandboxItem, sandboxRow, settleSandbox } from '../core/sandbox-plan.js'
import type { Keeping } from './keeping.js'
import { lookAgain } from './observe.js'
import { performSandbox } from './perform-sandbox.js'
import type { RecoveredSandbox } from './recovered.js'
import type { Watch } from './tasks.js'

/** Keeping one sandbox true: ready while its task runs, not ready from then on. */

const follow = (keeping: Keeping, id: string, watch: Watch): void => {
  const { store, queue } = keeping
  void watch.exited.then((end) => {
    const kept = store.sandboxes.get(id)
    if (kept?.watch !== watch) return
    store.putSandbox({ ...kept, watch: null })
    if (E.isRight(end)) ended(keeping, id, end.right.exitedAt)
    queue.push(id, () => lookAgainAt(keeping, id))
  })
}

/** Its exit is known whatever becomes of its task (reference: handleSandboxTaskExit). */
const ended = ({ store, ports }: Keeping, id: string, at: bigint | null): void => {
  const kept = store.sandboxes.get(id)
  if (kept === undefined || kept.state === 'SANDBOX_NOTREADY') return
  store.putSandbox({ ...kept, state: 'SANDBOX_NOTREADY' })
  store.happened({ kind: 'stopped', id, sandboxId: id, at: at ?? ports.clock.now() })
}

const keep = (keeping: Keeping, item: SandboxItem, recovered: RecoveredSandbox): boolean => {
  const { store } = keeping
  const before = store.sandboxes.get(item.id)
  before?.watch?.close()
  const { outcome, actions, watch } = recovered
  const state = settleSandbox(item, outcome) ?? 'SANDBOX_UNKNOWN'
  const { problems } = sandboxRow(item, outcome, actions)
  store.putSandbox({ item, state, problems, watch })
  // What was ready before somebody looked, or is not known to have been, has stopped now.
  const wasReady =
    before === undefined ? item.decision?.plan.effect === 'delete-task' : before.state === 'SANDBOX_READY'
  if (wasReady && state === 'SANDBOX_NOTREADY')
    store.happened({ kind: 'stopped', id: item.id, sandboxId: item.id, at: keeping.ports.clock.now() })
  for (const { severity, message } of problems)
    if (severity !== 'info') keeping.options.log('warning', `sandbox ${item.id}: ${message}`)
  if (watch !== null) follow(keeping, item.id, watch)
  return item.decision !== null && state === 'SANDBOX_UNKNOWN' && watch === null
}

/** Keeps a sandbox that a recovery of the whole node brought in. */
export const keepSandbox = (keeping: Keeping, item: SandboxItem, recovered: RecoveredSandbox): void => {
  // The reference lists none of these: their record was deleted as a leak.
  if (settleSandbox(item, recovered.outcome) !== null) keep(keeping, item, recovered)
}

/** Has looked after whatever the recovery of the whole node left open. */
export const lookAfterSandboxes = (keeping: Keeping): void => {
  for (const [id, { state, watch, item }] of keeping.store.sandboxes)
    if (watch === null && state !== 'SANDBOX_NOTREADY' && item.decision !== null)
      keeping.queue.retry(id, () => lookAgainAt(keeping, id))
}

/** Forgets whatever a recovery of the whole node has not listed any more. */
export const forgetSandboxes = ({ store, options, ports }: Keeping, listed: ReadonlySet<string>): void => {
  for (const [id, { watch }] of [...store.sandboxes].filter(([id]) => !listed.has(id))) {
    watch?.close()
    store.removeSandbox(id)
    options.log('warning', `sandbox ${id}: containerd does not list it any more`)
    store.happened({ kind: 'deleted', id, sandboxId: id, at: ports.clock.now() })
  }
}

const lookAgainAt = async (keeping: Keeping, id: string): Promise<boolean> => {
  const { ports, options, store } = keeping
  const kept = store.sandboxes.get(id)
  if (kept === undefined || store.header().phase !== 'serving') return true
  const { item } = kept
  // One of the sandbox store has no task; its controller is asked with the next recovery.
  if (item.record === null || item.metadata === null) return true
  const look = await lookAgain(ports, options, id)
  if (look.kind === 'unreachable') return false
  const metadata = E.right(item.metadata)
  const seen = {
    record: item.record,
    metadata,
    spare: null,
    resources: item.resourcesProblem,
    look,
    netns: item.netns,
  }
  const plan = { ...planSandbox(options.profile, seen), parked: item.parked }
  return !keep(keeping, plan, await performSandbox(ports, options, plan, true))
}
