import type { Call } from '../../memory/intercept.js'
import { type Case, hasExited, hasProblem, taskOf } from './case.js'
import { textAt } from './files.js'

/** Laws about what is done to one container's task, and what is said of it. */

export const exitsFirst = (one: Case): string | null => {
  const { run, was, is, calls } = one
  const task = taskOf(one, 'before')
  // An exit time of 0 is no exit to the reference: deviation no-exit-time.
  if (run.report.profile === 'reference' && task?.exitedAt === 0n) return null
  const end = calls.find(({ call }) => call === 'tasks.delete' || call === 'tasks.kill')
  if (end === undefined || hasExited(was) || task?.status !== 'stopped') return null
  const written = calls.find(({ call, outcome }) => call === 'checkpoints.write' && outcome === 'done')
  if (written === undefined || written.n > end.n) return 'its task was deleted before its exit was on disk'
  return hasExited(is) ? null : 'its task was deleted, and its exit is not on disk'
}

export const exitsTrue = (one: Case): string | null => {
  const { was, is, row } = one
  if (was !== null && hasExited(was))
    return was.status.exitCode === is?.status.exitCode && was.status.finishedAt === is.status.finishedAt
      ? null
      : 'the first exit on record was overwritten'
  const task = taskOf(one, 'before')
  const code = task?.status === 'stopped' ? task.exitStatus | 0 : 255
  if (hasExited(is) && is?.status.exitCode !== code) return `exit code ${is?.status.exitCode} is written down`
  return row?.state === 'CONTAINER_EXITED' && row.exitCode !== code ? `it shows ${row.exitCode}` : null
}

const ANSWERS: ReadonlySet<Call['outcome']> = new Set<Call['outcome']>(['done', 'NotFound'])

/** That it ended must have been told: by a stopped task, or by the answer that there is none. */
export const noExitUnproven = (one: Case): string | null => {
  const { was, is, row, calls } = one
  const isGone = calls.some(
    ({ call, outcome }) => (call === 'tasks.get' || call === 'tasks.watch') && outcome === 'NotFound',
  )
  const proven = hasExited(was) || isGone || taskOf(one, 'before')?.status === 'stopped'
  if (hasExited(is) && !proven) return 'an exit that nobody told of is written down'
  return row?.state === 'CONTAINER_EXITED' && !proven ? 'it shows an exit that nobody told of' : null
}

export const noHarmUnasked = ({ calls }: Case): string | null => {
  const silent = calls.find(
    ({ call, outcome }) => (call === 'tasks.get' || call === 'tasks.watch') && !ANSWERS.has(outcome),
  )
  const harm = calls.find(({ call }) => call === 'tasks.kill' || call === 'tasks.delete')
  return silent !== undefined && harm !== undefined ? `${harm.call} after ${silent.outcome}` : null
}

const PROBLEMS_OF_DOUBT = ['not-monitored', 'state-unknown'] as const

export const watched = (one: Case): string | null => {
  const { row, calls } = one
  const task = taskOf(one, 'after')
  const began = calls.some(({ call, outcome }) => call === 'tasks.watch' && outcome === 'done')
  if (row?.monitored) return began ? null : 'it is said to be watched, and is not'
  // Whoever was told that there is none has nothing to say of it.
  const isSaidGone = row?.task === 'MISSING' || row?.actions.some(({ outcome }) => outcome === 'not_found')
  if (task === undefined || task.status === 'stopped' || isSaidGone) return null
  const isAlive = task.status === 'running' || task.status === 'paused' || task.status === 'pausing'
  const told = row?.task !== 'UNREACHABLE' && isAlive ? (['not-monitored'] as const) : PROBLEMS_OF_DOUBT
  return hasProblem(row, told) ? null : `its ${task.status} task is not watched, and nobody says so`
}

const EFFECTS: ReadonlySet<string> = new Set(['tasks.delete', 'io.create', 'sandboxes.forget'])

export const bounded = ({ run, id, calls }: Case): string | null => {
  const writes = calls.filter(({ call }) => call === 'checkpoints.write')
  if (calls.filter(({ call }) => EFFECTS.has(call)).length > 1) return 'more than one effect'
  if (writes.length > 1) return 'more than one write'
  const isWritten = writes.some(({ outcome }) => outcome === 'done')
  return isWritten && textAt(run.before, id) === textAt(run.after, id) ? 'written, and nothing changed' : null
}
