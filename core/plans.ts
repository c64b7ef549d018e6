import type { Amendment } from './amendments.js'
import type { DeviationId } from './deviations.js'

/** The one thing that recovering a container may do to the outside and that its status depends on. */
export type Effect = 'none' | 'create-io' | 'delete-task' | 'await-exit'

/** How an effect ended. `none` is always done. */
export const OUTCOMES = ['done', 'not_found', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A row of the decision: an effect, and for each of its outcomes what becomes of the status. */
export interface Plan {
  /** One sentence: why this is right. */
  readonly why: string
  /** The branch of the reference that it stands for, or that it replaces. */
  readonly reference: string
  readonly effect: Effect
  readonly outcomes: Readonly<Record<Outcome, readonly Amendment[]>>
  /** Why `safe` does this and `reference` does not; empty for plans of the reference. */
  readonly deviations: readonly DeviationId[]
}

const whatever = (amendments: readonly Amendment[]): Plan['outcomes'] => ({
  done: amendments,
  not_found: amendments,
  failed: amendments,
})

const REFERENCE = {
  unreachable: {
    why: 'Not being told is no proof of anything.',
    reference: 'failed to load task / failed to get task status',
    effect: 'none',
    outcomes: whatever(['doubt']),
    deviations: [],
  },
  'fresh-io': {
    why: 'It was created and not started; whoever starts it needs IO to attach to.',
    reference: 'notFound, case CONTAINER_CREATED: createContainerIO',
    effect: 'create-io',
    outcomes: { done: [], not_found: ['doubt'], failed: ['doubt'] },
    deviations: [],
  },
  lost: {
    why: 'It ran, and its task is gone with its exit.',
    reference: 'notFound, case CONTAINER_RUNNING',
    effect: 'none',
    outcomes: whatever(['lose']),
    deviations: [],
  },
  settled: {
    why: 'Nothing is left that could change it.',
    reference: 'notFound, default: exited/unknown, the status as it is',
    effect: 'none',
    outcomes: whatever([]),
    deviations: [],
  },
  'undo-start': {
    why: 'The restart came during its start: the half-made task goes, the container stays created.',
    reference: 'case containerd.Created',
    effect: 'delete-task',
    outcomes: { done: [], not_found: [], failed: ['doubt'] },
    deviations: [],
  },
  'half-made': {
    why: 'A task that never started contradicts the checkpoint.',
    reference: 'case containerd.Created: unexpected container state for created task',
    effect: 'delete-task',
    outcomes: whatever(['doubt']),
    deviations: [],
  },
  risen: {
    why: 'A running task contradicts a checkpoint that says it exited.',
    reference: 'case containerd.Running, case CONTAINER_EXITED: unexpected container state for running task',
    effect: 'none',
    outcomes: whatever(['doubt']),
    deviations: [],
  },
  'still-running': {
    why: 'It runs, as the checkpoint says.',
    reference: 'case containerd.Running, case CONTAINER_RUNNING',
    effect: 'await-exit',
    outcomes: { done: [], not_found: ['lose'], failed: ['doubt'] },
    deviations: [],
  },
  'started-unseen': {
    why: 'It was started, and the restart came before that was written down.',
    reference:
      'case containerd.Running, default: restarted after task is started, before status is checkpointed',
    effect: 'await-exit',
    outcomes: { done: ['start'], not_found: ['start', 'lose'], failed: ['start', 'doubt'] },
    deviations: [],
  },
  ended: {
    why: 'It ended while nobody looked, and its task still knows how.',
    reference: 'case containerd.Stopped',
    effect: 'delete-task',
    outcomes: { done: ['exit'], not_found: ['exit'], failed: ['doubt'] },
    deviations: [],
  },
  'not-understood': {
    why: 'The reference knows no rule for such a task.',
    reference: 'default: unexpected task status',
    effect: 'none',
    outcomes: whatever(['doubt']),
    deviations: [],
  },
} as const satisfies Readonly<Record<string, Plan>>

const SAFE = {
  'lost-told': {
    why: 'It ran, and its task is gone with its exit: that it is lost, and since when, is said.',
    reference: 'notFound, case CONTAINER_RUNNING',
    effect: 'none',
    outcomes: whatever(['lose-telling']),
    deviations: ['lost-exit', 'exited-pid', 'clock-behind'],
  },
  'settled-exit': {
    why: 'It exited; a process id that could belong to somebody else by now does not stay.',
    reference: 'notFound, default: exited/unknown, the status as it is',
    effect: 'none',
    outcomes: whatever(['clear-pid']),
    deviations: ['exited-pid'],
  },
  'half-made-watched': {
    why: 'A task that never started contradicts the checkpoint: it is left alone and watched, not killed.',
    reference: 'case containerd.Created: unexpected container state for created task',
    effect: 'await-exit',
    outcomes: whatever(['doubt']),
    deviations: ['unknown-watched'],
  },
  'risen-watched': {
    why: 'A running task contradicts a checkpoint that says it exited: in doubt, and watched all the same.',
    reference: 'case containerd.Running, case CONTAINER_EXITED: unexpected container state for running task',
    effect: 'await-exit',
    outcomes: { done: ['doubt'], not_found: ['clear-pid'], failed: ['doubt'] },
    deviations: ['unknown-watched', 'exited-pid'],
  },
  'running-watched': {
    why: 'It runs, as the checkpoint says; should it be gone after all, that is said.',
    reference: 'case containerd.Running, case CONTAINER_RUNNING',
    effect: 'await-exit',
    outcomes: { done: [], not_found: ['lose-telling'], failed: ['doubt'] },
    deviations: ['lost-exit', 'exited-pid', 'clock-behind'],
  },
  'running-learnt': {
    why: 'It was started, and the restart came before that was written down.',
    reference:
      'case containerd.Running, default: restarted after task is started, before status is checkpointed',
    effect: 'await-exit',
    outcomes: {
      done: ['start-sanely'],
      not_found: ['start-sanely', 'lose-telling'],
      failed: ['start-sanely', 'doubt'],
    },
    deviations: ['lost-exit', 'exited-pid', 'clock-behind'],
  },
  'running-believed': {
    why: 'The checkpoint cannot be read, and the task runs: the task is believed.',
    reference: 'case containerd.Running, default, with unknownContainerStatus',
    effect: 'await-exit',
    outcomes: {
      done: ['believe', 'start-sanely'],
      not_found: ['believe', 'start-sanely', 'lose-telling'],
      failed: ['believe', 'start-sanely', 'doubt'],
    },
    deviations: ['truth-learnt', 'lost-exit', 'exited-pid', 'clock-behind'],
  },
  'ended-learnt': {
    why: 'It ended while nobody looked, and its task still knows how.',
    reference: 'case containerd.Stopped',
    effect: 'delete-task',
    outcomes: {
      done: ['exit-sanely', 'name-oom'],
      not_found: ['exit-sanely', 'name-oom'],
      failed: ['exit-sanely', 'name-oom', 'doubt'],
    },
    deviations: ['no-exit-time', 'exited-pid', 'first-exit', 'clock-behind', 'oom-named'],
  },
  'ended-recorded': {
    why: 'Its exit is on record already, and the first record of an exit stands.',
    reference: 'case containerd.Stopped',
    effect: 'delete-task',
    outcomes: { done: ['clear-pid'], not_found: ['clear-pid'], failed: ['clear-pid', 'doubt'] },
    deviations: ['first-exit', 'exited-pid'],
  },
  'ended-believed': {
    why: 'The checkpoint cannot be read, and the task tells how it ended: the task is believed.',
    reference: 'case containerd.Stopped, with unknownContainerStatus',
    effect: 'delete-task',
    outcomes: {
      done: ['believe', 'exit-sanely', 'name-oom'],
      not_found: ['believe', 'exit-sanely', 'name-oom'],
      failed: ['believe', 'exit-sanely', 'name-oom', 'doubt'],
    },
    deviations: ['truth-learnt', 'no-exit-time', 'clock-behind', 'oom-named'],
  },
  'in-doubt-watched': {
    why: 'containerd does not know what its task is doing: in doubt, and watched all the same.',
    reference: 'default: unexpected task status',
    effect: 'await-exit',
    outcomes: whatever(['doubt']),
    deviations: ['unknown-watched'],
  },
} as const satisfies Readonly<Record<string, Plan>>

export type ReferenceRule = keyof typeof REFERENCE
/** The name of a plan; reports and `explain` show it. */
export type Rule = ReferenceRule | keyof typeof SAFE

export const PLANS: Readonly<Record<Rule, Plan>> = { ...REFERENCE, ...SAFE }

/** The outcomes that a plan can have: an effect that does nothing cannot fail. */
export const outcomesOf = (plan: Plan): readonly Outcome[] => (plan.effect === 'none' ? ['done'] : OUTCOMES)
