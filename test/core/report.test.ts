import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import { needsAttention, PROBLEMS, problemsOf, type Report, reportJson } from '../../core/report.js'
import { plan } from '../../ports/recover.js'

const reportOn = async (task: TaskForm, checkpoint: keyof typeof CHECKPOINTS): Promise<Report> =>
  rightOf(await plan(options())(simulate(worldOf(task, CHECKPOINTS[checkpoint], NOW)).ports)())

describe('a report', () => {
  it('counts by state and by problem', async () => {
    const report = await reportOn(TASKS.missing, 'running')
    expect(report.summary).toEqual({
      sandboxes: { SANDBOX_READY: 1 },
      containers: { CONTAINER_EXITED: 1 },
      images: {},
      orphans: {},
      problems: { 'exit-lost': 1 },
    })
  })
  it('asks for attention where something is or would be lost, or is wrong', async () => {
    expect(needsAttention(await reportOn(TASKS.running, 'running'))).toBe(false)
    expect(needsAttention(await reportOn(TASKS.missing, 'running'))).toBe(true)
    expect(needsAttention(await reportOn(TASKS.running, 'created'))).toBe(true)
    const report = await reportOn(TASKS.running, 'running')
    expect(needsAttention({ ...report, fatal: { stage: 'images', message: 'none' } })).toBe(true)
  })
  it('does not ask for it where a problem is only worth knowing', async () => {
    const report = await reportOn(TASKS.running, 'running')
    const [row] = report.containers
    const problem = { code: 'not-monitored', severity: 'info', message: 'It lives.' } as const
    const containers = row === undefined ? [] : [{ ...row, problems: [problem] }]
    expect(needsAttention({ ...report, containers })).toBe(false)
    expect(problemsOf({ ...report, containers })).toEqual([problem])
  })
  it('has a list of problems, each in words of its own', () => {
    const texts = Object.values(PROBLEMS)
    for (const text of texts) expect(text).toMatch(/^[a-z].*[a-z]$/)
    expect(new Set(texts).size).toBe(texts.length)
  })
  it('names only problems that are listed', async () => {
    for (const task of Object.values(TASKS))
      for (const { code, message } of problemsOf(await reportOn(task, 'garbage'))) {
        expect(Object.hasOwn(PROBLEMS, code)).toBe(true)
        expect(message).toMatch(/^[A-Z].*\.$/s)
      }
  })
})

describe('a report as JSON', () => {
  it('has 64-bit numbers as text, and every key', async () => {
    const report = await reportOn(TASKS.running, 'running')
    const json: unknown = JSON.parse(reportJson(report))
    expect(json).toMatchObject({
      version: 1,
      fatal: null,
      containers: [{ startedAt: '1600000000000000002', finishedAt: '0', exitCode: 0 }],
    })
    const keysOf = (value: unknown): readonly string[] => Object.keys(Object(value)).sort()
    expect(keysOf(json)).toEqual(keysOf(report))
    const rows = (of: unknown): unknown => Reflect.get(Object(of), 'containers')
    expect(keysOf(Reflect.get(Object(rows(json)), '0'))).toEqual(keysOf(report.containers[0]))
  })
})
