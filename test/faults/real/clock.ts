import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { answerOf } from '../../../adapters/fast-check/contract/files.js'
import type { Report } from '../../../core/report.js'
import { recover } from '../../../ports/recover.js'
import { checkpoint, checkpointPath, writeCheckpoint } from '../../lab/checkpoints.js'
import { removeTask } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { listAll } from '../../lab/listing.js'
import { filesBelow } from '../../lab/snapshot.js'
import { onNode, optionsFor } from '../../real/node.js'
import { shown } from '../telling.js'
import { expectSane, LAST, MINUTE } from '../times.js'
import { end, one, setUp } from './stage.js'

const CLOCKS = ['1970', 'backwards', '2262'] as const

/** Each reading a minute earlier than the one before. */
const backwards = (): (() => bigint) => {
  let now = BigInt(Date.now()) * 1_000_000n
  return () => {
    now -= MINUTE
    return now
  }
}
const clockOf = (name: (typeof CLOCKS)[number]): (() => bigint) =>
  name === 'backwards' ? backwards() : () => (name === '1970' ? 0n : LAST)

const recoverAt = (lab: Lab, now: () => bigint): Promise<Report> =>
  onNode(lab, async (ports) => answerOf(await recover(optionsFor(lab))({ ...ports, clock: { now } })()))

export const clocks = async (lab: Lab): Promise<string> => {
  const made = await setUp(lab, [...CLOCKS, 'lost', 'learnt'])
  const [lost, learnt] = [one(made, 'lost'), one(made, 'learnt')]
  await removeTask(lab, lost)
  const saw: string[] = []
  const running = await readFile(checkpointPath(lab, lost.id))
  for (const name of CLOCKS) {
    const ended = one(made, name)
    await writeCheckpoint(lab, lost.id, running)
    await checkpoint.created(lab, learnt.id)
    await end(lab, ended, 7)
    const report = await recoverAt(lab, clockOf(name))
    expectSane(report)
    const left = await filesBelow(lab.criRoot)
    expectSane(await recoverAt(lab, clockOf(name)))
    expect(await filesBelow(lab.criRoot), name).toEqual(left)
    saw.push(
      `ended ${shown(report, ended.id)}, lost ${shown(report, lost.id)}, learnt ${shown(report, learnt.id)}`,
    )
  }
  expect(new Set(saw).size).toBe(1)
  // containerd reads what was written at the last of these clocks.
  await lab.restart(true)
  const rows = new Map((await listAll(lab)).containers.map((row) => [row.id, `${row.state} ${row.exitCode}`]))
  const listed = [lost, learnt, ...CLOCKS.map((name) => one(made, name))].map(({ id }) => rows.get(id))
  expect(listed).toEqual(['EXITED 255', 'RUNNING 0', 'EXITED 7', 'EXITED 7', 'EXITED 7'])
  return `at each of ${CLOCKS.length} clocks: ${saw[0]}; times in order; a second recovery changed nothing; then containerd’s own CRI shows the same`
}
