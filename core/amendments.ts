import {
  BLANK_STATUS,
  LOST_EXIT_CODE,
  LOST_EXIT_REASON,
  OOM_REASON,
  SIGKILLED,
  type Status,
} from './status.js'
import { rfc3339 } from './time.js'

/** What an amendment may look at besides the status that it changes. Times in ns since 1970. */
export interface Facts {
  readonly now: bigint
  /** When containerd's record of the container was made */
  readonly recordedAt: bigint
  readonly pid: number
  /** As the task tells it: 0 to 2^32 - 1 */
  readonly exitStatus: number
  readonly exitedAt: bigint | null
  /** Whether the kernel killed in its cgroup for want of memory */
  readonly oomKilled: boolean
  /** When somebody who watched last knew it alive; 0 where nobody did */
  readonly aliveAt: bigint
}

/** One step from a status to the next: what it means, and the step itself. */
interface Rule {
  readonly text: string
  readonly apply: (status: Status, facts: Facts) => Status
}

/** Go's zero time in ns, as containerd writes it where a task has no exit time (the year 1, wrapped into an int64). */
const GO_ZERO_TIME = -6_795_364_578_871_345_152n

/** Stands in a checkpoint that a rescue wrote; later commands know it by this. */
export const RESCUE_MESSAGE = 'Its shim told how it ended while containerd was down (cri-recover rescue).'

const latest = (...times: readonly bigint[]): bigint =>
  times.reduce((newest, time) => {
    if (time > newest) return time
    return newest
  })

/**
 * A time, but never before what is known to have been earlier: a clock set back must not undo a life (L4, L16). Nor
 * must a short one, whose start containerd writes down after the task has ended.
 */
const sane = (status: Status, { recordedAt }: Facts, time: bigint): bigint =>
  latest(time, status.createdAt, status.startedAt, recordedAt, 1n)

const lost = (status: Status, at: bigint): Status => ({
  ...status,
  finishedAt: at,
  exitCode: LOST_EXIT_CODE,
  reason: LOST_EXIT_REASON,
})

const span = (status: Status, { aliveAt }: Facts, until: bigint): string => {
  const since = latest(status.startedAt, status.createdAt, aliveAt)
  const from = since === 0n ? '' : `after ${rfc3339(since)} and `
  return `The exit happened ${from}before ${rfc3339(until)} while nobody watched; its code is lost.`
}

const RULES = {
  start: {
    text: 'startedAt = now, pid = the task’s',
    apply: (status, { now, pid }) => ({ ...status, startedAt: now, pid }),
  },
  lose: {
    text: 'finishedAt = now, exit code 255, reason `Unknown`',
    apply: (status, { now }) => lost(status, now),
  },
  exit: {
    text: 'finishedAt = the task’s exit time, exit code = the task’s',
    apply: (status, { exitedAt, exitStatus }) => ({
      ...status,
      finishedAt: exitedAt ?? GO_ZERO_TIME,
      exitCode: exitStatus | 0,
    }),
  },
  doubt: {
    text: 'unknown',
    apply: (status) => ({ ...status, unknown: true }),
  },
  believe: {
    text: 'the unreadable checkpoint is let go, createdAt = the container record’s',
    apply: (_status, { recordedAt }) => ({
      pid: 0,
      createdAt: recordedAt,
      startedAt: 0n,
      finishedAt: 0n,
      exitCode: 0,
      reason: '',
      message: '',
      unknown: false,
    }),
  },
  'start-sanely': {
    text: 'startedAt = now (not before createdAt), pid = the task’s',
    apply: (status, facts) => ({ ...status, startedAt: sane(status, facts, facts.now), pid: facts.pid }),
  },
  'lose-telling': {
    text: 'finishedAt = now, exit code 255, reason `Unknown`, pid 0, message = the span in which the exit must lie',
    apply: (status, facts) => {
      const at = sane(status, facts, facts.now)
      return { ...lost(status, at), pid: 0, message: span(status, facts, at) }
    },
  },
  'exit-sanely': {
    text: 'finishedAt = the task’s exit time (now where it has none, not before startedAt), exit code = the task’s, pid 0',
    apply: (status, facts) => {
      const { now, exitedAt, exitStatus } = facts
      const at = exitedAt !== null && exitedAt > 0n ? exitedAt : now
      return { ...status, pid: 0, finishedAt: sane(status, facts, at), exitCode: exitStatus | 0 }
    },
  },
  'start-anew': {
    text: 'the unreadable checkpoint is let go; what is not certain stays 0',
    apply: () => BLANK_STATUS,
  },
  'name-oom': {
    text: 'reason `OOMKilled` where the exit code is 137 and its cgroup counted a kill for want of memory',
    apply: (status, { oomKilled }) =>
      oomKilled && status.exitCode === SIGKILLED ? { ...status, reason: OOM_REASON } : status,
  },
  'tell-rescue': {
    text: 'message = told by its shim',
    apply: (status) => ({ ...status, message: RESCUE_MESSAGE }),
  },
  'clear-pid': {
    text: 'pid 0',
    apply: (status) => ({ ...status, pid: 0 }),
  },
} as const satisfies Readonly<Record<string, Rule>>

/** The name of an amendment: what a plan lists, and what `table` and `explain` print. */
export type Amendment = keyof typeof RULES

export const AMENDMENTS: Readonly<Record<Amendment, Rule>> = RULES

/** Applies amendments in the order in which they are listed. */
export const amend = (status: Status, amendments: readonly Amendment[], facts: Facts): Status =>
  amendments.reduce((amended, name) => AMENDMENTS[name].apply(amended, facts), status)
