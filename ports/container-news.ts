import { readCheckpoint } from '../core/checkpoint.js'
import { inPlaceOf, stoppedLook, withOom } from '../core/remembered.js'
import { planRescue } from '../core/rescue.js'
import { OOM_REASON, stateOf } from '../core/status.js'
import { flushContainer, letGoOfPipes, nameOf, putRemembered } from './keep-container.js'
import type { Keeping } from './keeping.js'
import { wasOomKilled } from './oom.js'
import type { Exit } from './tasks.js'

/** What others tell of a container: its shim, the kernel, a listing that leaves it out. */

/** An exit that its shim told while containerd is away: kept and written; its task is left to the containerd to come. */
export const rescueContainer = (keeping: Keeping, id: string, exit: Exit): void => {
  const { ports, options, store, queue } = keeping
  queue.push(id, async () => {
    const kept = store.containers.get(id)
    if (kept === undefined || kept.remembered.status.finishedAt !== 0n) return true
    const { seen } = kept.remembered
    const look = stoppedLook(seen.look, id, exit)
    const oomKilled = await wasOomKilled(ports, options.timeoutMs, id, look)
    const { file, checkpoint } = seen
    const {
      after,
      commit: todo,
      obstacle,
    } = planRescue({
      id,
      look,
      file,
      checkpoint,
      oomKilled,
      now: ports.clock.now(),
    })
    const text = todo.write === null ? null : ({ kind: 'text', text: todo.write } as const)
    putRemembered(keeping, kept, {
      seen:
        text === null ? { ...seen, look } : { ...seen, look, file: text, checkpoint: readCheckpoint(text) },
      status: { ...after, unknown: false },
      pending: todo.write === null ? null : inPlaceOf(kept.remembered.pending, todo),
      unwritten: obstacle,
      again: false,
    })
    await flushContainer(keeping, id)
    return true
  })
}

/** Forgets whatever a recovery of the whole node has not listed any more: somebody removed it. */
export const forgetContainers = (keeping: Keeping, listed: ReadonlySet<string>): void => {
  const { store, options, ports } = keeping
  for (const [id, { plan, watch }] of [...store.containers].filter(([id]) => !listed.has(id))) {
    watch?.close()
    letGoOfPipes(keeping, id)
    store.removeContainer(id)
    options.log('warning', `container ${nameOf(plan)}: containerd does not list it any more`)
    const sandboxId = plan.metadata?.sandboxId ?? ''
    store.happened({ kind: 'deleted', id, sandboxId, at: ports.clock.now() })
  }
}

/** The kernel killed in its cgroup for want of memory: said at once, and on disk. */
export const oomContainer = (keeping: Keeping, id: string): void => {
  keeping.queue.push(id, async () => {
    const kept = keeping.store.containers.get(id)
    if (kept === undefined || kept.remembered.status.reason === OOM_REASON) return true
    if (stateOf(kept.remembered.status) === 'CONTAINER_CREATED') return true
    putRemembered(keeping, kept, withOom(kept.remembered))
    return (await flushContainer(keeping, id)) === null
  })
}
