import { describe, expect, it } from 'vitest'
import { type Evidence, type Run, recoverTwice } from '../../adapters/fast-check/laws/evidence.js'
import { LAWS } from '../../adapters/fast-check/laws/predicates.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import { PLANTED, withFile } from './planted.js'

/** Each law sees a breach that is planted in what a recovery left behind. */

const evidenceOf = (task: TaskForm, checkpoint: keyof typeof CHECKPOINTS): Promise<Evidence> =>
  recoverTwice(worldOf(task, CHECKPOINTS[checkpoint], NOW))

const breachesOf = (id: string, evidence: Evidence): readonly string[] =>
  LAWS.find((law) => law.id === id)?.breaches(evidence) ?? expect.unreachable(id)

const inFirst = (evidence: Evidence, change: (run: Run) => Partial<Run>): Evidence => ({
  ...evidence,
  first: { ...evidence.first, ...change(evidence.first) },
})
describe('a law', () => {
  it.each(PLANTED)('sees $breach ($id)', async ({ id, task, checkpoint, change }) => {
    const evidence = await evidenceOf(task, checkpoint)
    expect(breachesOf(id, evidence)).toEqual([])
    expect(breachesOf(id, inFirst(evidence, change))).not.toEqual([])
  })
  it('is planted against, each of them', () => {
    const planted = new Set(PLANTED.map(({ id }) => id))
    expect(LAWS.map(({ id }) => id).filter((id) => !planted.has(id))).toEqual(['L5 doubt'])
  })
  it('sees doubt that is written down', async () => {
    const evidence = await evidenceOf(TASKS.missing, 'garbage')
    const doubt =
      '{"Version":"v1","Pid":0,"CreatedAt":0,"StartedAt":0,"FinishedAt":0,"ExitCode":255,"Reason":"Unknown","Message":"","Resources":null}'
    expect(breachesOf('L5 doubt', evidence)).toEqual([])
    expect(breachesOf('L5 doubt', inFirst(evidence, withFile(doubt)))).not.toEqual([])
  })
})
