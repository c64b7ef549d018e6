import type { Run } from '../../adapters/fast-check/laws/evidence.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { type CHECKPOINTS, entry, TASKS, type TaskForm } from '../../adapters/fast-check/worlds.js'
import type { Call } from '../../adapters/memory/intercept.js'
import type { ContainerRow } from '../../core/report.js'

/** Breaches, planted in what a recovery left behind. */

const withRow =
  (row: Partial<ContainerRow>) =>
  (run: Run): Partial<Run> => ({
    report: { ...run.report, containers: run.report.containers.map((own) => ({ ...own, ...row })) },
  })
export const withFile =
  (text: string) =>
  (run: Run): Partial<Run> => ({
    after: { ...run.after, files: [entry('containers/web/status', { text })] },
  })
const withCall =
  (call: Call['call'], outcome: Call['outcome'], n: number) =>
  (run: Run): Partial<Run> => ({
    log: [{ n, call, id: 'web', mutating: true, at: NOW, outcome }, ...run.log],
  })

const V1 = '"Version":"v1","CreatedAt":1600000000000000001,"StartedAt":1600000000000000002'

export const PLANTED: readonly {
  readonly id: string
  readonly breach: string
  readonly task: TaskForm
  readonly checkpoint: keyof typeof CHECKPOINTS
  readonly change: (run: Run) => Partial<Run>
}[] = [
  {
    id: 'L3',
    breach: 'a row that changed',
    task: TASKS.running,
    checkpoint: 'running',
    change: withRow({ pid: 1 }),
  },
  {
    id: 'L4',
    breach: 'a fall on disk',
    task: TASKS.running,
    checkpoint: 'running',
    change: withFile('{"Version":"v1","CreatedAt":1600000000000000001}'),
  },
  {
    id: 'L4',
    breach: 'a fall in memory',
    task: TASKS.running,
    checkpoint: 'exited',
    change: withRow({ state: 'CONTAINER_RUNNING' }),
  },
  {
    id: 'L4',
    breach: 'another start',
    task: TASKS.running,
    checkpoint: 'running',
    change: withFile(`{${V1},"StartedAt":5}`),
  },
  {
    id: 'L5',
    breach: 'a lost original',
    task: TASKS.running,
    checkpoint: 'garbage',
    change: withFile(`{${V1}}`),
  },
  {
    id: 'L6',
    breach: 'a delete before the write',
    task: TASKS.stopped,
    checkpoint: 'running',
    change: withCall('tasks.delete', 'done', 0),
  },
  {
    id: 'L6',
    breach: 'a delete without an exit',
    task: TASKS.stopped,
    checkpoint: 'running',
    change: withFile(`{${V1}}`),
  },
  {
    id: 'L6 truth',
    breach: 'another exit',
    task: TASKS.missing,
    checkpoint: 'exited',
    change: withFile(`{${V1},"FinishedAt":9,"ExitCode":3}`),
  },
  {
    id: 'L6 truth',
    breach: 'a lost exit of 0',
    task: TASKS.missing,
    checkpoint: 'running',
    change: withFile(`{${V1},"FinishedAt":1800000000000000000}`),
  },
  {
    id: 'L7',
    breach: 'a row too few',
    task: TASKS.running,
    checkpoint: 'running',
    change: (run) => ({ report: { ...run.report, containers: [] } }),
  },
  {
    id: 'L7',
    breach: 'a row too many',
    task: TASKS.running,
    checkpoint: 'running',
    change: (run) => ({
      report: { ...run.report, containers: [...run.report.containers, ...run.report.containers] },
    }),
  },
  {
    id: 'L7',
    breach: 'a row without a state',
    task: TASKS.running,
    checkpoint: 'running',
    change: withRow({ state: null }),
  },
  {
    id: 'L8',
    breach: 'a name held twice',
    task: TASKS.running,
    checkpoint: 'running',
    change: (run) => ({
      report: { ...run.report, containers: [...run.report.containers, ...run.report.containers] },
    }),
  },
  {
    id: 'L11',
    breach: 'an exit after silence',
    task: TASKS['running, not watched'],
    checkpoint: 'running',
    change: withRow({ state: 'CONTAINER_EXITED' }),
  },
  {
    id: 'L11',
    breach: 'an exit of what lives',
    task: TASKS.running,
    checkpoint: 'running',
    change: withFile(`{${V1},"FinishedAt":1800000000000000000,"ExitCode":255}`),
  },
  {
    id: 'L11 harm',
    breach: 'a kill after silence',
    task: TASKS['broken connection'],
    checkpoint: 'running',
    change: withCall('tasks.kill', 'done', 99),
  },
  {
    id: 'L12',
    breach: 'nobody on the watch',
    task: TASKS.running,
    checkpoint: 'running',
    change: withRow({ monitored: false }),
  },
  {
    id: 'L12',
    breach: 'a watch that never began',
    task: TASKS.running,
    checkpoint: 'running',
    change: () => ({ log: [] }),
  },
  {
    id: 'L13',
    breach: 'a directory of somebody',
    task: TASKS.running,
    checkpoint: 'running',
    change: (run) => ({ after: { ...run.after, files: [] } }),
  },
  {
    id: 'L15',
    breach: 'a field lost',
    task: TASKS.running,
    checkpoint: 'running, with more',
    change: withFile(`{${V1}}`),
  },
  {
    id: 'L16',
    breach: 'an exit with a pid',
    task: TASKS.missing,
    checkpoint: 'running',
    change: withRow({ pid: 99 }),
  },
  {
    id: 'L16',
    breach: 'times out of order',
    task: TASKS.missing,
    checkpoint: 'running',
    change: withFile(`{${V1},"FinishedAt":5,"ExitCode":255}`),
  },
  {
    id: 'L17',
    breach: 'two writes',
    task: TASKS.stopped,
    checkpoint: 'running',
    change: withCall('checkpoints.write', 'done', 0),
  },
  {
    id: 'L17',
    breach: 'two effects',
    task: TASKS.stopped,
    checkpoint: 'running',
    change: withCall('io.create', 'done', 0),
  },
  {
    id: 'L17',
    breach: 'a write of what stands there',
    task: TASKS.running,
    checkpoint: 'running',
    change: withCall('checkpoints.write', 'done', 0),
  },
]
