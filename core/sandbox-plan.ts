import { type Either, isLeft, isRight } from 'fp-ts/lib/Either.js'
import type { MetadataProblem, SandboxMetadata } from './metadata.js'
import type { Conflict } from './names.js'
import type { Netns, SandboxSeen, StoredSandboxSeen } from './observation.js'
import type { Outcome } from './plans.js'
import type { ContainerRecord, TaskReply } from './records.js'
import type { Action, ActionKind, Problem, SandboxRow } from './report.js'
import {
  decideSandbox,
  decideStored,
  type SandboxDecision,
  type SandboxEffect,
  type SandboxState,
} from './sandbox.js'
import { type TaskSeen, taskSeenOf } from './seen.js'
import type { Profile } from './transitions.js'

/** Everything that is decided about one sandbox before anything is done. */
export interface SandboxItem {
  readonly profile: Profile
  readonly id: string
  readonly origin: 'container' | 'store'
  readonly sandboxer: string
  readonly metadata: SandboxMetadata | null
  readonly metadataProblem: MetadataProblem | null
  readonly resourcesProblem: MetadataProblem | null
  readonly task: TaskSeen | null
  readonly pid: number
  /** containerd's container record of it; null where it stands in the sandbox store only */
  readonly record: ContainerRecord | null
  /** Its task as it was seen; null where none was */
  readonly seenTask: TaskReply | null
  /** ns since 1970 */
  readonly createdAt: bigint
  readonly netns: Netns
  /** null: without metadata nothing is decided and nothing is done */
  readonly decision: SandboxDecision | null
  readonly detail: string
  readonly parked: Conflict | null
}

const left = <E>(either: Either<E, unknown>): E | null => (isLeft(either) ? either.left : null)

/** A sandbox with a container record (reference: podsandbox RecoverContainer). */
export const planSandbox = (profile: Profile, seen: SandboxSeen): SandboxItem => {
  const task = taskSeenOf(seen.look)
  const spare = profile === 'safe' ? seen.spare : null
  const metadata = isRight(seen.metadata) ? seen.metadata.right : spare
  const readable = metadata !== null && (profile === 'safe' || seen.resources === null)
  return {
    profile,
    id: seen.record.id,
    record: seen.record,
    origin: 'container',
    sandboxer: '',
    metadata,
    metadataProblem: left(seen.metadata),
    resourcesProblem: seen.resources,
    task,
    pid: seen.look.kind === 'found' ? seen.look.task.pid : 0,
    seenTask: seen.look.kind === 'found' ? seen.look.task : null,
    createdAt: seen.record.createdAt,
    netns: seen.netns,
    decision: readable ? decideSandbox(profile, task) : null,
    detail: seen.look.kind === 'unreachable' ? seen.look.why : '',
    parked: null,
  }
}

/** A sandbox that stands in the sandbox store only (reference: recover, storedSandboxes). */
export const planStored = (profile: Profile, seen: StoredSandboxSeen): SandboxItem => ({
  profile,
  id: seen.stored.id,
  record: null,
  origin: 'store',
  sandboxer: seen.stored.sandboxer,
  metadata: isRight(seen.metadata) ? seen.metadata.right : null,
  metadataProblem: left(seen.metadata),
  resourcesProblem: null,
  task: null,
  pid: seen.pid,
  seenTask: null,
  createdAt: seen.stored.createdAt,
  netns: seen.netns,
  decision: decideStored(profile, isLeft(seen.metadata) ? 'NO_METADATA' : seen.seen),
  detail: seen.detail,
  parked: null,
})

/** What became of a sandbox once its plan's effect ended so; null: it is not shown. */
export const settleSandbox = (item: SandboxItem, outcome: Outcome): SandboxState | null => {
  if (item.decision === null) return item.profile === 'safe' ? 'SANDBOX_UNKNOWN' : null
  return item.decision.plan.outcomes[outcome]
}

/** Whether it is in the sandbox store once recovered, so that IO can be made for its containers. */
export const isRecovered = (item: SandboxItem): boolean =>
  item.metadata !== null && item.decision !== null && item.decision.plan.effect !== 'forget'

const ACTIONS: Readonly<Record<SandboxEffect, ActionKind | null>> = {
  none: null,
  'await-exit': 'await-exit',
  'delete-task': 'delete-task',
  forget: 'forget-sandbox',
}

/** The action that stands for a sandbox's effect; `outcome` null: it is only planned. */
export const sandboxActions = (
  item: SandboxItem,
  outcome: Outcome | null,
  detail: string | null = null,
): readonly Action[] => {
  const kind = item.decision === null ? null : ACTIONS[item.decision.plan.effect]
  return kind === null ? [] : [{ kind, outcome, detail }]
}

const problem = (code: Problem['code'], severity: Problem['severity'], message: string): Problem => ({
  code,
  severity,
  message,
})

const unreadable = (item: SandboxItem): readonly Problem[] => [
  ...(item.metadataProblem === null
    ? []
    : [
        problem(
          item.origin === 'store' ? 'record-kept' : 'metadata-unreadable',
          'warning',
          `Its metadata cannot be read (${item.metadataProblem.why}): ${item.metadataProblem.detail}.`,
        ),
      ]),
  ...(item.resourcesProblem === null
    ? []
    : [
        problem(
          'metadata-unreadable',
          'warning',
          `Its updated resources cannot be read: ${item.resourcesProblem.detail}.`,
        ),
      ]),
]

const network = ({ netns }: SandboxItem, state: SandboxState | null): readonly Problem[] => {
  if (state !== 'SANDBOX_READY') return []
  const { path, status, unclear } = netns
  if (unclear !== null)
    return [
      problem(
        'netns-lost',
        'warning',
        `Whether its network namespace ${path} stands cannot be told: ${unclear}.`,
      ),
    ]
  return status === 'missing' || status === 'stale'
    ? [
        problem(
          'netns-lost',
          'warning',
          `It is ready, and its network namespace ${path} is ${status}. Its pod should be made anew.`,
        ),
      ]
    : []
}

const problemsOf = (item: SandboxItem, state: SandboxState | null, why: string): readonly Problem[] => [
  ...unreadable(item),
  ...(item.metadata === null || item.metadata.id === item.id
    ? []
    : [problem('metadata-id', 'warning', `Its metadata says that it is ${item.metadata.id}.`)]),
  ...(item.parked === null
    ? []
    : [
        problem(
          'name-conflict',
          'warning',
          `The name ${item.parked.name} belongs to ${item.parked.winner}; this sandbox is kept without a name. Remove one of the two.`,
        ),
      ]),
  ...(state === null ? [problem('not-listed', 'loss', 'containerd would not list it any more.')] : []),
  ...(state === 'SANDBOX_UNKNOWN'
    ? [problem('state-unknown', 'loss', `What became of it cannot be told${why === '' ? '' : `: ${why}`}.`)]
    : []),
  ...network(item, state),
]

/** A row of the report: `actions` as performed, or as planned. */
export const sandboxRow = (item: SandboxItem, outcome: Outcome, actions: readonly Action[]): SandboxRow => {
  const state = settleSandbox(item, outcome)
  const failed = actions.find((action) => action.outcome === 'failed')?.detail
  const told = item.detail === '' && item.task !== null ? `its task is ${item.task}` : item.detail
  return {
    id: item.id,
    name: item.parked === null ? (item.metadata?.name ?? null) : null,
    origin: item.origin,
    task: item.task,
    rule: item.decision?.rule ?? null,
    state,
    pid: state === 'SANDBOX_READY' ? item.pid : 0,
    createdAt: item.createdAt,
    netns: { path: item.netns.path, status: item.netns.status },
    actions,
    problems: problemsOf(item, state, failed ?? told),
  }
}
