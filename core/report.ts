import type { Rule } from './plans.js'
import type { NetnsStatus } from './records.js'
import type { RescueRule } from './rescue.js'
import type { SandboxRule, SandboxState } from './sandbox.js'
import type { TaskSeen } from './seen.js'
import type { CheckpointSeen, ContainerState } from './status.js'
import type { Profile } from './transitions.js'

/** The report, version 1: what `plan` and `recover` tell. Names are fixed; additions are minor, removals are major. */

export const REPORT_VERSION = 1

/** `loss`: a state, an exit code or a log is or would be lost. `info` needs nobody's attention. */
export type Severity = 'info' | 'warning' | 'loss'

export const PROBLEMS = {
  'checkpoint-not-durable': 'its status is known and could not be written down',
  'checkpoint-unreadable': 'its checkpoint cannot be read',
  'directory-missing': 'its directory is gone',
  'exit-lost': 'it ended, and how is lost',
  'image-incomplete': 'a part of the image is not there',
  'image-not-unpacked': 'the image is not unpacked',
  'log-lost': 'what it writes reaches no log',
  'log-tail': 'what was left in its log pipes is gone',
  'metadata-id': 'its metadata belongs to another id',
  'metadata-unreadable': 'its metadata cannot be read',
  'name-conflict': 'its name belongs to another',
  'netns-lost': 'its network namespace is gone',
  'not-listed': 'it would not be shown any more',
  'not-monitored': 'it lives, and nobody waits for its exit',
  'record-kept': 'a record that cannot be read is kept',
  rescued: 'its shim told how it ended',
  'shim-silent': 'its shim did not tell what it knows',
  'start-time-lost': 'it was started, and when is lost',
  'state-unknown': 'what became of it cannot be told',
  'task-kept': 'its stopped task was not deleted',
} as const
export type ProblemCode = keyof typeof PROBLEMS

export interface Problem {
  readonly code: ProblemCode
  readonly severity: Severity
  readonly message: string
}

export type ActionKind =
  | 'await-exit'
  | 'create-io'
  | 'delete-task'
  | 'forget-sandbox'
  | 'make-directory'
  | 'set-aside-checkpoint'
  | 'write-checkpoint'

export interface Action {
  readonly kind: ActionKind
  /** null: it was only planned */
  readonly outcome: 'done' | 'not_found' | 'failed' | null
  readonly detail: string | null
}

/** Times are ns since 1970; 0n: it has not happened; null: not known. */
export interface ContainerRow {
  readonly id: string
  readonly name: string | null
  readonly sandboxId: string | null
  readonly checkpoint: CheckpointSeen
  readonly task: TaskSeen
  /** null: decided without the table, for its metadata cannot be read */
  readonly rule: Rule | RescueRule | null
  /** null: it would not be shown */
  readonly state: ContainerState | null
  readonly pid: number
  readonly createdAt: bigint
  readonly startedAt: bigint
  readonly finishedAt: bigint
  readonly exitCode: number
  readonly reason: string
  readonly message: string
  readonly monitored: boolean
  readonly actions: readonly Action[]
  readonly problems: readonly Problem[]
}

export interface SandboxRow {
  readonly id: string
  readonly name: string | null
  readonly origin: 'container' | 'store'
  /** null: it has no task of its own in containerd */
  readonly task: TaskSeen | null
  readonly rule: SandboxRule | null
  /** null: it would not be shown */
  readonly state: SandboxState | null
  readonly pid: number
  readonly createdAt: bigint
  readonly netns: { readonly path: string; readonly status: NetnsStatus | 'host' }
  readonly actions: readonly Action[]
  readonly problems: readonly Problem[]
}

export interface ImageRow {
  readonly name: string
  readonly id: string | null
  readonly pinned: boolean
  readonly content: 'complete' | 'incomplete' | 'missing'
  readonly unpacked: boolean
  readonly problems: readonly Problem[]
}

export interface OrphanRow {
  readonly path: string
  readonly action: 'remove' | 'keep'
  readonly reason: string
}

/** Recovery stops here, and the service would not start. */
export interface Fatal {
  readonly stage: string
  readonly message: string
}

export interface Source {
  readonly kind: 'containerd' | 'world'
  readonly address: string | null
  readonly containerd: string | null
  readonly root: string
  readonly state: string
}

export interface Summary {
  readonly sandboxes: Readonly<Record<string, number>>
  readonly containers: Readonly<Record<string, number>>
  readonly images: Readonly<Record<string, number>>
  readonly orphans: Readonly<Record<string, number>>
  readonly problems: Readonly<Record<string, number>>
}

export interface Report {
  readonly version: typeof REPORT_VERSION
  readonly command: 'plan' | 'recover' | 'rescue'
  readonly profile: Profile
  readonly source: Source
  readonly fatal: Fatal | null
  readonly sandboxes: readonly SandboxRow[]
  readonly containers: readonly ContainerRow[]
  readonly images: readonly ImageRow[]
  readonly orphans: readonly OrphanRow[]
  readonly summary: Summary
}

const counts = (keys: readonly string[]): Readonly<Record<string, number>> => {
  const sums = new Map<string, number>()
  for (const key of [...keys].sort()) sums.set(key, (sums.get(key) ?? 0) + 1)
  return Object.fromEntries(sums)
}

export const problemsOf = (report: Pick<Report, 'sandboxes' | 'containers' | 'images'>): readonly Problem[] =>
  [...report.sandboxes, ...report.containers, ...report.images].flatMap((row) => row.problems)

/** Counts by state and by problem code. */
export const summaryOf = (
  rows: Pick<Report, 'sandboxes' | 'containers' | 'images' | 'orphans'>,
): Summary => ({
  sandboxes: counts(rows.sandboxes.map((row) => row.state ?? 'NOT_SHOWN')),
  containers: counts(rows.containers.map((row) => row.state ?? 'NOT_SHOWN')),
  images: counts(rows.images.map((row) => row.content)),
  orphans: counts(rows.orphans.map((row) => row.action)),
  problems: counts(problemsOf(rows).map((problem) => problem.code)),
})

/** Whether somebody should look: the meaning of exit code 2 under --detailed-exitcode. */
export const needsAttention = (report: Report): boolean =>
  report.fatal !== null ||
  report.orphans.some(({ action }) => action === 'keep') ||
  problemsOf(report).some((problem) => problem.severity !== 'info')

/** The report as JSON: 64-bit numbers as decimal strings, every key present (as in protobuf's JSON). */
export const reportJson = (report: Report): string =>
  JSON.stringify(report, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)
