import { isLeft } from 'fp-ts/lib/Either.js'
import type { Amendment } from './amendments.js'
import { type ContainerPlan, settleContainer } from './container-plan.js'
import type { Performed } from './performed.js'
import type { Problem, ProblemCode, Severity } from './report.js'
import { isRescued } from './rescue.js'
import { LIVE_TASKS } from './seen.js'
import { stateOf } from './status.js'
import { rfc3339 } from './time.js'

/** What somebody should know about a container, each in one sentence: what, why, what to do. */

const problem = (code: ProblemCode, severity: Severity, message: string): Problem => ({
  code,
  severity,
  message,
})

const amendmentsOf = (plan: ContainerPlan, { ending }: Performed): readonly Amendment[] =>
  plan.decision === null ? [] : plan.decision.plan.outcomes[ending === 'withheld' ? 'done' : ending]

const unreadable = ({ seen }: ContainerPlan): readonly Problem[] => {
  if (!isLeft(seen.checkpoint)) return []
  const { why, detail } = seen.checkpoint.left
  const missing = seen.file.kind === 'missing' && !seen.file.directory
  return [
    ...(missing
      ? [problem('directory-missing', 'warning', 'Its directory is gone, and its checkpoint with it.')]
      : []),
    ...(missing
      ? []
      : [problem('checkpoint-unreadable', 'warning', `Its checkpoint cannot be read (${why}): ${detail}.`)]),
  ]
}

const identity = ({ seen, metadata, id, parked }: ContainerPlan): readonly Problem[] => [
  ...(isLeft(seen.metadata)
    ? [
        problem(
          'metadata-unreadable',
          'warning',
          `Its metadata cannot be read (${seen.metadata.left.why}): ${seen.metadata.left.detail}.`,
        ),
      ]
    : []),
  ...(metadata !== null && metadata.id !== id
    ? [problem('metadata-id', 'warning', `Its metadata says that it is ${metadata.id}.`)]
    : []),
  ...(parked === null
    ? []
    : [
        problem(
          'name-conflict',
          'warning',
          `The name ${parked.name} belongs to ${parked.winner}; this container is kept without a name. Remove one of the two.`,
        ),
      ]),
]

const lostExit = (plan: ContainerPlan, amendments: readonly Amendment[]): readonly Problem[] => {
  if (!amendments.includes('lose') && !amendments.includes('lose-telling')) return []
  const { startedAt } = plan.before
  const pid = plan.before.pid === 0 ? plan.facts.pid : plan.before.pid
  const since = startedAt === 0n ? '' : ` since ${rfc3339(startedAt)}`
  return [
    problem(
      'exit-lost',
      'loss',
      `It ran${pid === 0 ? '' : ` as pid ${pid}`}${since}; its task is gone, so its exit is shown as 255 Unknown.`,
    ),
  ]
}

const doubtReason = (plan: ContainerPlan, performed: Performed): string => {
  if (plan.decision === null) return 'without metadata nothing is decided about it'
  if (plan.task === 'UNREACHABLE' && plan.seen.pipes !== null) return plan.seen.pipes
  if (plan.seen.look.kind === 'unreachable') return `its task could not be looked at: ${plan.seen.look.why}`
  const failed = performed.actions.find((action) => action.outcome === 'failed' && action.detail !== null)
  if (failed !== undefined) return `${failed.kind} failed: ${failed.detail ?? ''}`
  if (performed.ending === 'failed' && plan.decision.plan.effect === 'create-io')
    return 'its sandbox was not recovered, so no IO can be made for it'
  return `task ${plan.task}, checkpoint ${plan.checkpoint}`
}

const doubt = (plan: ContainerPlan, performed: Performed): readonly Problem[] => {
  const { status } = settleContainer(plan, performed.ending)
  if (stateOf(status) !== 'CONTAINER_UNKNOWN') return []
  return [
    problem('state-unknown', 'loss', `What became of it cannot be told: ${doubtReason(plan, performed)}.`),
  ]
}

/** Whether it lives as far as anybody can tell: a task that was seen alive and then not found is gone. */
const lives = ({ task }: ContainerPlan, { ending }: Performed): boolean =>
  LIVE_TASKS.has(task) && ending !== 'not_found'

const unwatched = (plan: ContainerPlan, performed: Performed): readonly Problem[] => {
  const watched = settleContainer(plan, performed.ending).monitored
  if (!lives(plan, performed) || (watched && performed.stays)) return []
  return watched
    ? [
        problem(
          'not-monitored',
          'info',
          'It lives; this command leaves nobody behind who waits for its exit.',
        ),
      ]
    : [problem('not-monitored', 'warning', 'It lives, and nobody waits for its exit.')]
}

const rescued = ({ before }: ContainerPlan): readonly Problem[] =>
  isRescued(before)
    ? [problem('rescued', 'info', 'Its exit was rescued: its shim told it before containerd forgot.')]
    : []

/** Only what lives writes; the log of one that ended was complete, or is spoken of as a tail. */
const pipes = (plan: ContainerPlan, performed: Performed): readonly Problem[] =>
  plan.seen.pipes !== null && lives(plan, performed)
    ? [problem('log-lost', 'loss', `It lives, and what it writes reaches no log: ${plan.seen.pipes}.`)]
    : []

const learnt = (plan: ContainerPlan, amendments: readonly Amendment[]): readonly Problem[] =>
  amendments.includes('start') || amendments.includes('start-sanely')
    ? [
        problem(
          'start-time-lost',
          'warning',
          `It runs as pid ${plan.facts.pid}; when it was started is lost, so now stands in its place.`,
        ),
      ]
    : []

const durability = ({ profile }: ContainerPlan, performed: Performed, shown: boolean): readonly Problem[] => [
  ...(performed.unwritten !== null && profile === 'safe'
    ? [
        problem(
          'checkpoint-not-durable',
          'loss',
          `Its status could not be written down: ${performed.unwritten}. The next restart will not know it.`,
        ),
      ]
    : []),
  ...(performed.ending === 'withheld'
    ? [problem('task-kept', 'warning', 'Its stopped task is kept, for nothing else knows how it ended.')]
    : []),
  ...(performed.logTail
    ? [
        problem(
          'log-tail',
          'warning',
          'Its stopped task was deleted; lines that were still in its log pipes are gone.',
        ),
      ]
    : []),
  ...(shown
    ? []
    : [
        problem(
          'not-listed',
          'loss',
          `containerd would not list it any more${performed.unwritten === null ? '' : `: its checkpoint cannot be written, ${performed.unwritten}`}.`,
        ),
      ]),
]

export const containerProblems = (
  plan: ContainerPlan,
  performed: Performed,
  shown: boolean,
): readonly Problem[] => {
  const amendments = amendmentsOf(plan, performed)
  return [
    ...identity(plan),
    ...unreadable(plan),
    ...lostExit(plan, amendments),
    ...doubt(plan, performed),
    ...rescued(plan),
    ...learnt(plan, amendments),
    ...pipes(plan, performed),
    ...durability(plan, performed, shown),
    ...unwatched(plan, performed),
  ]
}
