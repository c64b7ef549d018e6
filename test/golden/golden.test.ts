import { describe, expect, it } from 'vitest'
import { options } from '../../adapters/fast-check/options.js'
import { recoverStaying } from '../../adapters/fast-check/staying.js'
import { type SimulatedNode, simulate } from '../../adapters/memory/index.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import { stateOf } from '../../core/status.js'
import golden from './load-container.json' with { type: 'json' }
import { CONTAINER, goldenWorld, isGoldenCheckpoint, isGoldenTask, NOW } from './world.js'

/**
 * Where `reference` differs from the golden answers on purpose, and the law that says so for both profiles. Each
 * names the rows that it touches and what is excused there; everything else must be equal.
 */
const DIFFERENCES = [
  {
    law: 'L6',
    why: 'an exit is on disk before its task is deleted, so a failed delete leaves it there',
    rows: (checkpoint: string, task: string) =>
      task === 'stoppedDeleteErr' && checkpoint !== 'isdir' && checkpoint !== 'dirmissing',
    excused: ['checkpointAfter', 'exitCode'],
  },
  {
    law: 'L6',
    why: 'a checkpoint that cannot be written withholds the delete: the task is all that knows',
    rows: (checkpoint: string, task: string) =>
      (checkpoint === 'isdir' || checkpoint === 'dirmissing') &&
      (task.startsWith('stopped') || task === 'created'),
    excused: ['effects'],
  },
] as const

type Aspect = (typeof DIFFERENCES)[number]['excused'][number]

const isExcused = (checkpoint: string, task: string, aspect: Aspect): boolean =>
  DIFFERENCES.some(({ rows, excused }) => rows(checkpoint, task) && excused.some((of) => of === aspect))

const statusFile = (node: SimulatedNode): unknown => {
  const entry = node.world().files.find(({ path }) => path === `containers/${CONTAINER}/status`)
  if (entry === undefined || entry.kind === 'directory') return 'none'
  const text = entry.text ?? Buffer.from(entry.base64 ?? '', 'base64').toString()
  const read = decodeCheckpoint(text)
  if (read._tag === 'Left') return read.left.why
  const { pid, createdAt, startedAt, finishedAt, exitCode, reason } = read.right.status
  const time = (ns: bigint): string => (ns >= NOW ? 'now' : String(ns))
  return {
    Version: 'v1',
    Pid: String(pid),
    CreatedAt: time(createdAt),
    StartedAt: time(startedAt),
    FinishedAt: time(finishedAt),
    ExitCode: String(exitCode),
    Reason: reason,
  }
}

/** An absent field is Go's zero value. */
const expectedFile = (after: Readonly<Record<string, string>>): unknown =>
  'error' in after
    ? 'none'
    : {
        Version: 'v1',
        Pid: '0',
        CreatedAt: '0',
        StartedAt: '0',
        FinishedAt: '0',
        ExitCode: '0',
        Reason: '',
        ...after,
      }

const effectsOf = (node: SimulatedNode, from: number): readonly string[] => {
  const calls = node.log
    .slice(from)
    .filter((call) => call.id === CONTAINER)
    .map((call) => call.call)
  if (calls.includes('tasks.delete')) return ['delete']
  return calls.includes('tasks.watch') ? ['wait'] : []
}

const recoverOnce = async (node: SimulatedNode) => {
  const from = node.log.length
  const { report, containers } = await recoverStaying(options({ profile: 'reference' }), node)
  const [container] = containers
  const [row] = report.containers
  if (container === undefined || row === undefined) return expect.unreachable('no container')
  const io = node.log.slice(from).some((call) => call.call === 'io.create' && call.outcome === 'done')
  const { status, monitored, monitorPid } = container.settled
  const shown = row.state !== null
  return {
    effects: effectsOf(node, from),
    file: statusFile(node),
    run: shown
      ? {
          state: stateOf(status).replace('CONTAINER_', ''),
          exitCode: status.exitCode,
          reason: status.reason,
          monitored,
          monitorPid,
          io,
        }
      : { notLoaded: true },
  }
}

describe('reference answers as containerd did', () => {
  it.each(golden.rows)('$checkpoint × $task, three recoveries in a row', async (row) => {
    const { checkpoint, task } = row
    if (!isGoldenCheckpoint(checkpoint) || !isGoldenTask(task)) return expect.unreachable()
    const node = simulate(goldenWorld(checkpoint, task))
    const effects: string[] = []
    for (const expected of row.runs) {
      const got = await recoverOnce(node)
      effects.push(...got.effects)
      const { checkpointAfter, ...run } = expected
      const exitCode = isExcused(checkpoint, task, 'exitCode') ? { exitCode: expect.any(Number) } : {}
      expect(got.run).toEqual({ ...run, ...exitCode })
      if (!isExcused(checkpoint, task, 'checkpointAfter'))
        expect(got.file).toEqual(expectedFile(checkpointAfter))
      node.advance(1_000_000_000n)
    }
    if (!isExcused(checkpoint, task, 'effects')) expect(effects).toEqual(row.effects)
  })
})
