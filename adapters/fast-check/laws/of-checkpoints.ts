import { type Checkpoint, encodeCheckpoint } from '../../../core/checkpoint.js'
import { foldKey } from '../../../core/go.js'
import type { ContainerRow } from '../../../core/report.js'
import { type CheckpointSeen, type Status, seenOf, UNREADABLE_STATUS } from '../../../core/status.js'
import { asText, type Case, hasExited } from './case.js'
import { entryAt, sameBody, textAt } from './files.js'

/** Laws about what is written down of one container. */

const RANK: Readonly<Record<CheckpointSeen, number>> = {
  UNREADABLE: 0,
  BLANK: 0,
  CREATED: 1,
  RUNNING: 2,
  EXITED: 3,
}
const STATE_RANK = { CONTAINER_UNKNOWN: 9, CONTAINER_CREATED: 1, CONTAINER_RUNNING: 2, CONTAINER_EXITED: 3 }

export const monotone = ({ was, is, row }: Case): string | null => {
  if (was === null) return null
  if (is === null) return 'a checkpoint that could be read is gone'
  const rank = RANK[seenOf(was.status)]
  if (RANK[seenOf(is.status)] < rank) return 'it fell on disk'
  if (row?.state != null && STATE_RANK[row.state] < rank) return 'it fell in memory'
  const kept = (['createdAt', 'startedAt', 'finishedAt'] as const).every(
    (time) => was.status[time] === 0n || was.status[time] === is.status[time],
  )
  return kept ? null : 'a time on record was changed'
}

const OURS: ReadonlySet<string> = new Set(
  ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Message'].map(foldKey),
)
const othersOf = ({ document }: Checkpoint): string =>
  asText(document.entries.filter(([key]) => !OURS.has(foldKey(key))))

export const lossless = ({ was, is }: Case): string | null =>
  was === null || (is !== null && othersOf(was) === othersOf(is)) ? null : 'what was not ours was lost'

const inOrder = (...times: readonly bigint[]): boolean => {
  const known = times.filter((time) => time !== 0n)
  return known.every((time, at) => at === 0 || (known[at - 1] ?? time) <= time)
}
const isInOrder = ({ createdAt, startedAt, finishedAt }: Status | ContainerRow): boolean =>
  inOrder(createdAt, startedAt, finishedAt)

export const sane = ({ run, id, was, is, row }: Case): string | null => {
  const record = run.before.containers.find((container) => container.id === id)
  const before = was?.status ?? UNREADABLE_STATUS
  const given = inOrder(before.createdAt || (record?.createdAt ?? 0n), before.startedAt, before.finishedAt)
  if (row?.state === 'CONTAINER_EXITED' && row.pid !== 0) return 'it exited and has a pid'
  if (is !== null && is.status.finishedAt !== 0n && !hasExited(was) && is.status.pid !== 0)
    return 'an exit is written down with a pid'
  if (is !== null && (was === null || isInOrder(was.status)) && !isInOrder(is.status))
    return 'its times are written down out of order'
  return row !== undefined && given && !isInOrder(row) ? 'it shows times out of order' : null
}

export const setAside = ({ run, id, was }: Case): string | null => {
  const stood = entryAt(run.before, `containers/${id}/status`)
  const stands = entryAt(run.after, `containers/${id}/status`)
  if (was !== null || stood === undefined || stood.kind === 'directory') return null
  if (stands !== undefined && sameBody(stood, stands)) return null
  const kept = run.after.files.some(
    (file) => file.in === 'root' && file.path.startsWith(`containers/${id}/status.`) && sameBody(file, stood),
  )
  return kept ? null : 'what could not be read is gone'
}

export const noDoubtWritten = ({ run, id }: Case): string | null =>
  textAt(run.before, id) !== textAt(run.after, id) &&
  textAt(run.after, id) === encodeCheckpoint(UNREADABLE_STATUS, null)
    ? 'doubt was written down'
    : null
