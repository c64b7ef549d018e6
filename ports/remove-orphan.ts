import * as E from 'fp-ts/lib/Either.js'
import type { Orphan } from '../core/orphans.js'
import type { OrphanRow } from '../core/report.js'
import { describe } from './failure.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'

/**
 * Why a directory is somebody's after all; null where containerd says itself that it knows nobody of this name. A
 * listing that is stale or partial says nothing of it, and a removal is not undone: so it is asked for by name (L13).
 */
const spokenFor = async (ports: Ports, options: Options, { name }: Orphan): Promise<string | null> => {
  const record = await ports.timers.within(options.timeoutMs, `look for a record of ${name}`, (signal) =>
    ports.containers.detail(name, signal),
  )()
  if (E.isRight(record)) return 'containerd has a record of it, which its listing left out'
  return record.left.tag === 'NotFound' ? null : describe(record.left)
}

/** Removes what was decided to be nobody's, unless somebody turns up or it cannot be removed: then it is kept. */
export const removeOrphan = async (ports: Ports, options: Options, orphan: Orphan): Promise<OrphanRow> => {
  const { path, action, reason } = orphan
  if (action === 'keep') return { path, action, reason }
  const whose = await spokenFor(ports, options, orphan)
  if (whose !== null) return { path, action: 'keep', reason: whose }
  const removed = await ports.timers.within(options.timeoutMs, `remove ${path}`, (signal) =>
    ports.directories.remove(orphan.base, orphan.name, signal),
  )()
  return E.isRight(removed) || removed.left.tag === 'NotFound'
    ? { path, action, reason }
    : { path, action: 'keep', reason: describe(removed.left) }
}
