import { type ContainerState, type Status, stateOf } from './status.js'

/** What the CRI calls a change of a container: kubelet makes its own picture from these. */
export type Happening = 'created' | 'started' | 'stopped' | 'deleted'

const RANK: Readonly<Record<ContainerState, number>> = {
  CONTAINER_UNKNOWN: 0,
  CONTAINER_CREATED: 1,
  CONTAINER_RUNNING: 2,
  CONTAINER_EXITED: 3,
}

/**
 * What happened between two looks at a container, and when (ns since 1970); null where nothing did that the CRI has a
 * word for. Doubt is no happening.
 *
 * @example
 * happenedBetween(running, exited) // { kind: 'stopped', at: exited.finishedAt }
 */
export const happenedBetween = (
  before: Status,
  after: Status,
): { readonly kind: Happening; readonly at: bigint } | null => {
  const from = stateOf({ ...before, unknown: false })
  const to = stateOf(after)
  if (RANK[to] <= RANK[from]) return null
  if (to === 'CONTAINER_EXITED') return { kind: 'stopped', at: after.finishedAt }
  return to === 'CONTAINER_RUNNING' ? { kind: 'started', at: after.startedAt } : null
}
