import { isLeft } from 'fp-ts/lib/Either.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import type { ContainerRow, Report } from '../../core/report.js'
import { stateOf } from '../../core/status.js'

/** What was seen, in words that are the same in every run. */

const words = (state: string, exitCode: number, reason: string): string => {
  const name = state.replace('CONTAINER_', '')
  return name === 'EXITED' ? `EXITED ${exitCode}${reason === '' ? '' : ` ${reason}`}` : name
}

/** `EXITED 7 Error (checkpoint-not-durable, task-kept)`: what is shown, and what of it needs attention. */
export const rowWords = ({ state, exitCode, reason, problems }: ContainerRow): string => {
  const codes = problems.filter(({ severity }) => severity !== 'info').map(({ code }) => code)
  const trouble = codes.length === 0 ? '' : ` (${codes.toSorted().join(', ')})`
  return `${words(state ?? 'NOT SHOWN', exitCode, reason)}${trouble}`
}

export const shown = (report: Report, id: string): string => {
  const row = report.containers.find((each) => each.id === id)
  return row === undefined ? 'NOT LISTED' : rowWords(row)
}

/** The same of a checkpoint's text; null: there is none that gives one. */
export const written = (text: string | null): string => {
  if (text === null) return 'nothing'
  const read = decodeCheckpoint(text)
  if (isLeft(read)) return 'unreadable'
  const { status } = read.right
  return words(stateOf(status), status.exitCode, status.reason)
}

/** `3 of 4 removed`, however many there are. */
export const orphanWords = (report: Report): string => {
  const removed = report.orphans.filter(({ action }) => action === 'remove').length
  return `${removed} of ${report.orphans.length} orphans removed`
}

/** How often each of them was seen: `EXITED 7 ×3, RUNNING ×1`. */
export const counted = (all: readonly string[]): string => {
  const counts = new Map<string, number>()
  for (const one of all.toSorted()) counts.set(one, (counts.get(one) ?? 0) + 1)
  return [...counts].map(([one, count]) => `${one} ×${count}`).join(', ')
}
