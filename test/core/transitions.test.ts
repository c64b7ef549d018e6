import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { rightOf } from '../../adapters/fast-check/either.js'
import type { Facts } from '../../core/amendments.js'
import { decodeCheckpoint, encodeCheckpoint } from '../../core/checkpoint.js'
import { DEVIATIONS } from '../../core/deviations.js'
import { OUTCOMES, outcomesOf, PLANS } from '../../core/plans.js'
import { TASKS_SEEN } from '../../core/seen.js'
import { BLANK_STATUS, CHECKPOINTS_SEEN } from '../../core/status.js'
import { decide, deviationsOf, PROFILES, rowsOf, settle, TABLES } from '../../core/transitions.js'
import { RUNS } from '../support/runs.js'

const CELLS = TASKS_SEEN.flatMap((task) => CHECKPOINTS_SEEN.map((checkpoint) => ({ task, checkpoint })))

describe('the table', () => {
  it('has 40 cells in each profile', () => {
    for (const profile of PROFILES) {
      const rows = Object.values(TABLES[profile])
      expect(rows.flatMap((row) => Object.values(row))).toHaveLength(40)
      expect(Object.keys(TABLES[profile])).toEqual([...TASKS_SEEN])
      for (const row of rows) expect(Object.keys(row)).toEqual([...CHECKPOINTS_SEEN])
    }
  })
  it('has 70 rows in the reference, each of them once', () => {
    const rows = rowsOf('reference')
    expect(rows).toHaveLength(70)
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(70)
  })
  it('has a row for each outcome that its cell’s effect can have', () => {
    for (const profile of PROFILES)
      for (const cell of CELLS) {
        const outcomes = rowsOf(profile)
          .filter((row) => row.task === cell.task && row.checkpoint === cell.checkpoint)
          .map(({ outcome }) => outcome)
        const { effect } = decide(profile, cell.task, cell.checkpoint).plan
        expect(outcomes).toEqual(effect === 'none' ? ['done'] : [...OUTCOMES])
      }
  })
  it('reaches every plan that there is', () => {
    const reached = PROFILES.flatMap((profile) =>
      CELLS.map((c) => decide(profile, c.task, c.checkpoint).rule),
    )
    expect(new Set<string>(reached)).toEqual(new Set(Object.keys(PLANS)))
  })
  it('is what recovery.md says of the reference', () => {
    const lines = TASKS_SEEN.map((task) => `${task} ${Object.values(TABLES.reference[task]).join(' ')}`)
    expect(lines).toEqual([
      'MISSING settled settled fresh-io lost settled',
      'UNREACHABLE unreachable unreachable unreachable unreachable unreachable',
      'CREATED half-made half-made undo-start half-made half-made',
      'RUNNING started-unseen started-unseen started-unseen still-running risen',
      'STOPPED ended ended ended ended ended',
      'PAUSED not-understood not-understood not-understood not-understood not-understood',
      'PAUSING not-understood not-understood not-understood not-understood not-understood',
      'UNKNOWN not-understood not-understood not-understood not-understood not-understood',
    ])
  })
})

describe('a plan', () => {
  it.each(Object.entries(PLANS))('%s says why in one sentence, and what it stands for', (_rule, plan) => {
    expect(plan.why).toMatch(/^(?:[A-Z]|containerd).*\.$/)
    expect(plan.reference).not.toBe('')
    expect(outcomesOf(plan)).toContain('done')
  })
  it('of the reference names no deviation, and one of safe names what it deviates in', () => {
    for (const { task, checkpoint } of CELLS)
      expect(decide('reference', task, checkpoint).plan.deviations).toEqual([])
  })
  it('that does nothing has one ending', () => {
    for (const plan of Object.values(PLANS))
      if (plan.effect === 'none')
        expect([plan.outcomes.not_found, plan.outcomes.failed]).toEqual([
          plan.outcomes.done,
          plan.outcomes.done,
        ])
  })
})

describe('safe', () => {
  it.each(CELLS)(
    'differs from the reference in $task × $checkpoint if it says why',
    ({ task, checkpoint }) => {
      const differs = decide('safe', task, checkpoint).rule !== decide('reference', task, checkpoint).rule
      expect(deviationsOf(task, checkpoint).length > 0).toBe(differs)
    },
  )
  it('names a pause where a task is held, and nowhere else', () => {
    for (const task of TASKS_SEEN)
      for (const checkpoint of CHECKPOINTS_SEEN)
        expect(deviationsOf(task, checkpoint).includes('paused')).toBe(task.startsWith('PAUS'))
  })
  it('names no deviation twice in a cell, and none that is not listed', () => {
    for (const { task, checkpoint } of CELLS) {
      const named = deviationsOf(task, checkpoint)
      expect(new Set(named).size).toBe(named.length)
      for (const id of named) expect(Object.hasOwn(DEVIATIONS, id)).toBe(true)
    }
  })
})

describe('settling', () => {
  const given: Facts = {
    now: 9n,
    recordedAt: 1n,
    pid: 4242,
    exitStatus: 0,
    exitedAt: null,
    oomKilled: false,
    aliveAt: 0n,
  }
  it.each([
    ['reference', 'CREATED', 4242],
    ['reference', 'BLANK', 4242],
    ['reference', 'RUNNING', 0],
    ['reference', 'EXITED', 0],
    ['safe', 'CREATED', 4242],
    ['safe', 'UNREADABLE', 4242],
    ['safe', 'RUNNING', 0],
    ['safe', 'EXITED', 0],
  ] as const)(
    'in %s has the monitor know a pid that was learnt beside %s: %i',
    (profile, checkpoint, pid) => {
      for (const outcome of OUTCOMES)
        expect(
          settle(decide(profile, 'RUNNING', checkpoint).plan, outcome, BLANK_STATUS, given).monitorPid,
        ).toBe(pid)
    },
  )

  const row = fc
    .constantFrom(...PROFILES)
    .chain((profile) =>
      fc.record({ profile: fc.constant(profile), row: fc.constantFrom(...rowsOf(profile)) }),
    )
  it('has an answer in every row, for every status and at every time, which a checkpoint can hold', () => {
    fc.assert(
      fc.property(
        row,
        arbitrary.status,
        arbitrary.facts,
        ({ profile, row: { task, checkpoint, outcome } }, before, facts) => {
          const { status } = settle(decide(profile, task, checkpoint).plan, outcome, before, facts)
          const { unknown: _, ...written } = rightOf(decodeCheckpoint(encodeCheckpoint(status, null))).status
          expect(status).toMatchObject(written)
        },
      ),
      { numRuns: RUNS * 2 },
    )
  })
  it('watches a task where a wait on it began, and nowhere else', () => {
    fc.assert(
      fc.property(
        row,
        arbitrary.status,
        arbitrary.facts,
        ({ profile, row: { task, checkpoint, outcome } }, before, facts) => {
          const { plan } = decide(profile, task, checkpoint)
          const settled = settle(plan, outcome, before, facts)
          expect(settled.monitored).toBe(plan.effect === 'await-exit' && outcome === 'done')
          expect([0, facts.pid]).toContain(settled.monitorPid)
        },
      ),
      { numRuns: RUNS },
    )
  })
})
