import type { DeviationId } from './deviations.js'
import { OUTCOMES, type Outcome } from './plans.js'
import type { TaskSeen } from './seen.js'
import type { Profile } from './transitions.js'

/**
 * The same shape for sandboxes. A sandbox has no checkpoint: what is seen of its task, or of its controller, decides.
 */

/** CRI knows only READY and NOTREADY, and is shown an unknown sandbox as the latter. */
export type SandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY' | 'SANDBOX_UNKNOWN'

export type SandboxEffect = 'none' | 'await-exit' | 'delete-task' | 'forget'

export interface SandboxPlan {
  readonly why: string
  readonly reference: string
  readonly effect: SandboxEffect
  /** null: it is not shown at all */
  readonly outcomes: Readonly<Record<Outcome, SandboxState | null>>
  readonly deviations: readonly DeviationId[]
}

const always = (state: SandboxState | null): SandboxPlan['outcomes'] => ({
  done: state,
  not_found: state,
  failed: state,
})

const PLANS = {
  'sandbox-unreachable': {
    why: 'Not being told is no proof of anything.',
    reference: 'failed to load task / failed to get task status',
    effect: 'none',
    outcomes: always('SANDBOX_UNKNOWN'),
    deviations: [],
  },
  'sandbox-gone': {
    why: 'A pod whose own task is gone cannot come back.',
    reference: 'notFound: StateNotReady',
    effect: 'none',
    outcomes: always('SANDBOX_NOTREADY'),
    deviations: [],
  },
  'sandbox-running': {
    why: 'It runs.',
    reference: 'containerd.Running',
    effect: 'await-exit',
    outcomes: { done: 'SANDBOX_READY', not_found: 'SANDBOX_NOTREADY', failed: 'SANDBOX_UNKNOWN' },
    deviations: [],
  },
  'sandbox-ended': {
    why: 'What is left of its task is cleared away; the kubelet stops the pod.',
    reference: 'task is not running: delete the task, StateNotReady',
    effect: 'delete-task',
    outcomes: { done: 'SANDBOX_NOTREADY', not_found: 'SANDBOX_NOTREADY', failed: 'SANDBOX_UNKNOWN' },
    deviations: [],
  },
  'sandbox-paused': {
    why: 'A paused pod lives; killing it would kill its containers.',
    reference: 'task is not running: delete the task, StateNotReady',
    effect: 'await-exit',
    outcomes: { done: 'SANDBOX_READY', not_found: 'SANDBOX_NOTREADY', failed: 'SANDBOX_UNKNOWN' },
    deviations: ['paused'],
  },
  'sandbox-in-doubt': {
    why: 'containerd does not know what its task is doing: in doubt, watched, and not killed.',
    reference: 'task is not running: delete the task, StateNotReady',
    effect: 'await-exit',
    outcomes: always('SANDBOX_UNKNOWN'),
    deviations: ['unknown-watched'],
  },
  'stored-ready': {
    why: 'Its controller says so.',
    reference: 'PodSandboxState_SANDBOX_READY',
    effect: 'await-exit',
    outcomes: always('SANDBOX_READY'),
    deviations: [],
  },
  'stored-not-ready': {
    why: 'Its controller says so.',
    reference: 'PodSandboxState_SANDBOX_NOTREADY',
    effect: 'none',
    outcomes: always('SANDBOX_NOTREADY'),
    deviations: [],
  },
  'stored-unclear': {
    why: 'Its controller said nothing that is understood.',
    reference: 'StateUnknown',
    effect: 'await-exit',
    outcomes: always('SANDBOX_UNKNOWN'),
    deviations: [],
  },
  'stored-gone': {
    why: 'Its controller does not know it.',
    reference: 'errdefs.IsNotFound: StateNotReady',
    effect: 'none',
    outcomes: always('SANDBOX_NOTREADY'),
    deviations: [],
  },
  'stored-forgotten': {
    why: 'A controller that has just restarted has forgotten, which is no absence: in doubt, and watched.',
    reference: 'errdefs.IsNotFound: StateNotReady',
    effect: 'await-exit',
    outcomes: always('SANDBOX_UNKNOWN'),
    deviations: ['controller-forgot'],
  },
  'stored-leaked': {
    why: 'A record without metadata is a leak of older versions, and is removed from the store.',
    reference: 'failed to get metadata for stored sandbox: SandboxStore().Delete',
    effect: 'forget',
    outcomes: always(null),
    deviations: [],
  },
  'stored-kept': {
    why: 'A record without metadata is reported and kept: recovery deletes nothing that it cannot read.',
    reference: 'failed to get metadata for stored sandbox: SandboxStore().Delete',
    effect: 'none',
    outcomes: always('SANDBOX_UNKNOWN'),
    deviations: ['stored-without-metadata'],
  },
} as const satisfies Readonly<Record<string, SandboxPlan>>

export type SandboxRule = keyof typeof PLANS

export const SANDBOX_PLANS: Readonly<Record<SandboxRule, SandboxPlan>> = PLANS

const REFERENCE: Readonly<Record<TaskSeen, SandboxRule>> = {
  MISSING: 'sandbox-gone',
  UNREACHABLE: 'sandbox-unreachable',
  CREATED: 'sandbox-ended',
  RUNNING: 'sandbox-running',
  STOPPED: 'sandbox-ended',
  PAUSED: 'sandbox-ended',
  PAUSING: 'sandbox-ended',
  UNKNOWN: 'sandbox-ended',
}

/** Task seen → plan, for sandboxes that have a container record (reference: podsandbox RecoverContainer). */
export const SANDBOX_TABLES: Readonly<Record<Profile, Readonly<Record<TaskSeen, SandboxRule>>>> = {
  reference: REFERENCE,
  safe: {
    ...REFERENCE,
    PAUSED: 'sandbox-paused',
    PAUSING: 'sandbox-paused',
    UNKNOWN: 'sandbox-in-doubt',
  },
}

/** What a stored sandbox's record and controller say. */
export const STORED_SEEN = ['NO_METADATA', 'READY', 'NOTREADY', 'OTHER', 'UNREACHABLE', 'NOT_FOUND'] as const
export type StoredSeen = (typeof STORED_SEEN)[number]

const STORED: Readonly<Record<StoredSeen, SandboxRule>> = {
  NO_METADATA: 'stored-leaked',
  READY: 'stored-ready',
  NOTREADY: 'stored-not-ready',
  OTHER: 'stored-unclear',
  UNREACHABLE: 'stored-unclear',
  NOT_FOUND: 'stored-gone',
}

/** Seen → plan, for sandboxes that stand in the sandbox store only (reference: recover, storedSandboxes). */
export const STORED_TABLES: Readonly<Record<Profile, Readonly<Record<StoredSeen, SandboxRule>>>> = {
  reference: STORED,
  safe: { ...STORED, NO_METADATA: 'stored-kept', NOT_FOUND: 'stored-forgotten' },
}

export interface SandboxDecision {
  readonly rule: SandboxRule
  readonly plan: SandboxPlan
}

const named = (rule: SandboxRule): SandboxDecision => ({ rule, plan: SANDBOX_PLANS[rule] })

/** What to do about a sandbox with a container record. Total. */
export const decideSandbox = (profile: Profile, task: TaskSeen): SandboxDecision =>
  named(SANDBOX_TABLES[profile][task])

/** What to do about a sandbox of the sandbox store. Total. */
export const decideStored = (profile: Profile, seen: StoredSeen): SandboxDecision =>
  named(STORED_TABLES[profile][seen])

/** The controller's free text as it is seen (reference: PodSandboxState_value). */
export const storedSeenOf = (state: string): StoredSeen =>
  state === 'SANDBOX_READY' ? 'READY' : state === 'SANDBOX_NOTREADY' ? 'NOTREADY' : 'OTHER'

export const sandboxOutcomesOf = (plan: SandboxPlan): readonly Outcome[] =>
  plan.effect === 'none' ? ['done'] : OUTCOMES
