import { join } from 'node:path'
import { isRight } from 'fp-ts/lib/Either.js'
import { answerOf } from '../../adapters/fast-check/contract/files.js'
import { until } from '../../adapters/fast-check/wait.js'
import { bundles } from '../../adapters/filesystem/bundles.js'
import { shimState } from '../../adapters/ttrpc/index.js'
import type { TaskReply } from '../../core/records.js'
import type { ContainerRow, Report } from '../../core/report.js'
import type { Layout } from '../lab/config.js'
import type { Lab } from '../lab/lab.js'
import { attempt, type Finished, type RunOptions } from '../lab/run.js'

/** A rescue of a real node, by the built command, as whoever starts containerd would call it. */

const MAIN = join(import.meta.dirname, '../../dist/adapters/cli/main.js')

export const rescueLine = (at: Layout, args: readonly string[] = []): readonly string[] => [
  MAIN,
  'rescue',
  '--address',
  at.address,
  '--root',
  at.criRoot,
  '--state',
  at.criState,
  ...args,
]

/** Not waited for in the way of this process, in which other listeners may be. */
export const rescueOn = (at: Layout, args: readonly string[] = [], options?: RunOptions): Promise<Finished> =>
  attempt(process.execPath, rescueLine(at, args), options)

/** What a rescue prints with `--output json`; only printed by one that worked. */
export const reportOf = ({ code, stdout, stderr }: Finished): Report => {
  if (code !== 0) throw new Error(`rescue ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

export const rowOf = (report: Report, id: string): ContainerRow => {
  const row = report.containers.find((each) => each.id === id)
  if (row === undefined) throw new Error(`no row of ${id}`)
  return row
}

const state = shimState({ namespace: 'k8s.io', timeoutMs: 2_000 })

/** What the shims say of those tasks, once it is that they have stopped. */
export const untilStopped = async (
  lab: Lab,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TaskReply>> => {
  const found = answerOf(await bundles({ state: lab.state, namespace: 'k8s.io' })()())
  const told = new Map<string, TaskReply>()
  for (const id of ids) {
    const address = found.find((bundle) => bundle.id === id)?.address
    if (address === undefined || typeof address === 'string') throw new Error(`${id}: ${address}`)
    const task = await until(`the shim of ${id} has seen it end`, async () => {
      const reply = await state(id, address, AbortSignal.timeout(2_000))()
      return isRight(reply) && reply.right.status === 'stopped' ? reply.right : undefined
    })
    told.set(id, task)
  }
  return told
}
