import type { Checkpoint } from '../../../core/checkpoint.js'
import type { ContainerRow, ProblemCode } from '../../../core/report.js'
import type { Call } from '../../memory/intercept.js'
import { idsOf } from '../ids.js'
import type { Evidence, Run } from './evidence.js'
import { checkpointAt } from './files.js'

/** What laws are told in: one container, or one run. */

/** One container with all that is known of it, before and after. */
export interface Case {
  readonly run: Run
  readonly id: string
  readonly was: Checkpoint | null
  readonly is: Checkpoint | null
  readonly row: ContainerRow | undefined
  /** The calls about it, in their order */
  readonly calls: readonly Call[]
}

const casesOf = (run: Run): readonly Case[] =>
  idsOf(run.before, 'container').map((id) => ({
    run,
    id,
    was: checkpointAt(run.before, id),
    is: checkpointAt(run.after, id),
    row: run.report.containers.find((row) => row.id === id),
    calls: run.log.filter((call) => call.id === id),
  }))

export const taskOf = ({ run, id }: Case, when: 'before' | 'after') =>
  run[when].tasks.find((task) => task.id === id)
export const hasExited = (checkpoint: Checkpoint | null): boolean =>
  checkpoint !== null && checkpoint.status.finishedAt !== 0n
export const hasProblem = (row: ContainerRow | undefined, codes: readonly ProblemCode[]): boolean =>
  row?.problems.some(({ code }) => codes.includes(code)) ?? false

/** A law about each container by itself. */
export const ofEach =
  (breach: (one: Case) => string | null) =>
  ({ first, second }: Evidence): readonly string[] =>
    [first, second].flatMap((run) =>
      casesOf(run).flatMap((one) => {
        const what = breach(one)
        return what === null ? [] : [`${one.id}: ${what}`]
      }),
    )

export const ofEachRun =
  (breaches: (run: Run) => readonly string[]) =>
  ({ first, second }: Evidence): readonly string[] =>
    [first, second].flatMap(breaches)

export const asText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Map ? [...part] : part,
  )
