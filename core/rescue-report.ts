import * as string from 'fp-ts/lib/string.js'
import {
  type Action,
  type ContainerRow,
  type Problem,
  REPORT_VERSION,
  type Report,
  type Source,
  summaryOf,
} from './report.js'
import { NO_DIRECTORY, type RescueItem } from './rescue.js'
import { criView } from './view.js'

/** A task as a rescue left it. */
export interface Rescued {
  readonly item: RescueItem
  /** Why its shim told nothing; null where it answered */
  readonly silent: string | null
  /** Why the checkpoint could not be written; null where it could, or need not be */
  readonly unwritten: string | null
  readonly actions: readonly Action[]
}

const problemsOf = ({ item, silent, unwritten, actions }: Rescued): readonly Problem[] => {
  const why = unwritten ?? item.obstacle
  const exit = `exit code ${item.after.exitCode}`
  const problems: Problem[] = []
  if (silent !== null)
    problems.push({
      code: 'shim-silent',
      severity: 'warning',
      message: `Its shim told nothing: ${silent}. If it ended, how is lost when containerd starts.`,
    })
  if (why !== null)
    problems.push({
      code: 'checkpoint-not-durable',
      // Without a directory it is hardly a container of the CRI: a pod's pause, or a task that somebody else made.
      severity: why === NO_DIRECTORY ? 'warning' : 'loss',
      message: `It ended with ${exit}, and that could not be written down: ${why}.`,
    })
  else if (item.commit.write !== null)
    problems.push({
      code: 'rescued',
      severity: 'info',
      message: `${actions.some(({ outcome }) => outcome === 'done') ? 'Written down' : 'To be written down'}: it ended with ${exit}.`,
    })
  return problems
}

const rowOf = (rescued: Rescued): ContainerRow => {
  const { item, unwritten, actions } = rescued
  const status = unwritten === null && item.obstacle === null ? item.after : item.before
  const view = criView(status)
  return {
    id: item.id,
    name: null,
    sandboxId: null,
    checkpoint: item.checkpoint,
    task: item.task,
    rule: item.rule,
    state: view.state,
    pid: status.pid,
    createdAt: status.createdAt,
    startedAt: view.startedAt,
    finishedAt: view.finishedAt,
    exitCode: status.exitCode,
    reason: view.reason,
    message: status.message,
    monitored: false,
    actions,
    problems: problemsOf(rescued),
  }
}

/** The report of a rescue, in the form of the others; of sandboxes and images it knows nothing. */
export const rescueReport = (source: Source, rescued: readonly Rescued[]): Report => {
  const containers = rescued.map(rowOf).sort((a, b) => string.Ord.compare(a.id, b.id))
  const lists = { sandboxes: [], containers, images: [], orphans: [] }
  return {
    version: REPORT_VERSION,
    command: 'rescue',
    profile: 'safe',
    source,
    fatal: null,
    ...lists,
    summary: summaryOf(lists),
  }
}
