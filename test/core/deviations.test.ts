import { describe, expect, it } from 'vitest'
import { CREATED_AT, EXITED_AT, NOW, STATUSES } from '../../adapters/fast-check/seen.js'
import type { Facts } from '../../core/amendments.js'
import { DEVIATIONS, type DeviationId } from '../../core/deviations.js'
import { type Outcome, PLANS } from '../../core/plans.js'
import { SANDBOX_PLANS } from '../../core/sandbox.js'
import { type Status, UNREADABLE_STATUS } from '../../core/status.js'
import { decide, deviationsOf, rowsOf, settle, type TableRow } from '../../core/transitions.js'

/** As laws.md lists them: fixed names. */
const NAMES = [
  'name-conflict',
  'write-failed',
  'directory-missing',
  'paused',
  'truth-learnt',
  'first-exit',
  'no-exit-time',
  'exited-pid',
  'lost-exit',
  'metadata-unreadable',
  'stored-without-metadata',
  'stored-names',
  'controller-forgot',
  'unknown-watched',
]
/** Those that no table can show, for they are about more than one task and one checkpoint. */
const OUTSIDE = [
  'name-conflict',
  'write-failed',
  'directory-missing',
  'metadata-unreadable',
  'stored-names',
  'duplicate-id',
  'pipes-gone',
]

interface Sample {
  readonly before: Status
  readonly facts: Facts
  readonly outcome: Outcome
}

const TIMES = [NOW, CREATED_AT - 1n, 0n, -1n]
const EXITS = [EXITED_AT, null, 0n, -1n, CREATED_AT - 1n]
const KILLS = [
  { exitStatus: 7, oomKilled: false },
  { exitStatus: 7, oomKilled: true },
  { exitStatus: 137, oomKilled: false },
  { exitStatus: 137, oomKilled: true },
]
const FACTS: readonly Facts[] = TIMES.flatMap((now) =>
  EXITS.flatMap((exitedAt) =>
    KILLS.map((kill) => ({ now, exitedAt, recordedAt: CREATED_AT, pid: 4242, aliveAt: 0n, ...kill })),
  ),
)
const beforesOf = (row: TableRow): readonly Status[] => {
  if (row.checkpoint === 'UNREADABLE') return [UNREADABLE_STATUS]
  const status = STATUSES[row.checkpoint]
  return [status, { ...status, pid: 99, reason: 'OOMKilled', message: 'kept', exitCode: 9 }]
}

type Field = keyof Status
const FIELDS: readonly Field[] = [
  'pid',
  'createdAt',
  'startedAt',
  'finishedAt',
  'exitCode',
  'reason',
  'message',
  'unknown',
]
const isBehind = ({ before, facts }: Sample): boolean =>
  [facts.now, facts.exitedAt ?? facts.now].some((time) =>
    [before.createdAt, before.startedAt, facts.recordedAt, 1n].some((known) => time < known),
  )

/** What a deviation lets `safe` say otherwise, and when. */
const MAY: Readonly<Partial<Record<DeviationId, (sample: Sample) => readonly Field[]>>> = {
  'truth-learnt': () => ['unknown', 'createdAt', 'exitCode', 'reason', 'finishedAt'],
  // A delete that failed comes after the exit was written down.
  'first-exit': ({ before, outcome }) =>
    before.finishedAt !== 0n || outcome === 'failed' ? ['finishedAt', 'exitCode'] : [],
  'no-exit-time': ({ facts: { exitedAt } }) => (exitedAt === null || exitedAt <= 0n ? ['finishedAt'] : []),
  'exited-pid': () => ['pid'],
  'lost-exit': () => ['message'],
  'oom-named': ({ facts }) => (facts.oomKilled && facts.exitStatus === 137 ? ['reason'] : []),
  'clock-behind': (sample) => (isBehind(sample) ? ['startedAt', 'finishedAt'] : []),
  'unknown-watched': ({ outcome }) => (outcome === 'not_found' ? ['unknown'] : []),
}

/** What the reference says; of a paused task, what it says of one that runs. */
const referenceOf = (row: TableRow) =>
  decide('reference', row.task === 'PAUSED' || row.task === 'PAUSING' ? 'RUNNING' : row.task, row.checkpoint)

const samplesOf = (row: TableRow): readonly Sample[] =>
  beforesOf(row).flatMap((before) => FACTS.map((facts) => ({ before, facts, outcome: row.outcome })))

const differencesOf = (row: TableRow, { before, facts, outcome }: Sample): readonly Field[] => {
  const ours = settle(decide('safe', row.task, row.checkpoint).plan, outcome, before, facts).status
  const theirs = settle(referenceOf(row).plan, outcome, before, facts).status
  return FIELDS.filter((field) => ours[field] !== theirs[field])
}

const ROWS = rowsOf('safe')

describe('safe', () => {
  it.each(ROWS)('says of $task × $checkpoint, $outcome, nothing but what it lists', (row) => {
    const named = deviationsOf(row.task, row.checkpoint)
    for (const sample of samplesOf(row)) {
      const allowed = named.flatMap((id) => MAY[id]?.(sample) ?? [])
      for (const field of differencesOf(row, sample)) expect(allowed).toContain(field)
    }
  })
  it('lists nothing in a cell that makes no difference there', () => {
    for (const { task, checkpoint } of ROWS)
      for (const id of deviationsOf(task, checkpoint)) {
        if (id === 'paused' || id === 'unknown-watched') continue
        const felt = ROWS.filter((row) => row.task === task && row.checkpoint === checkpoint).some((row) =>
          samplesOf(row).some((sample) =>
            differencesOf(row, sample).some((field) => MAY[id]?.(sample).includes(field)),
          ),
        )
        expect(felt, `${id} in ${task} × ${checkpoint}`).toBe(true)
      }
  })
  it('does something else to a task only where that is paused, or in doubt', () => {
    for (const { task, checkpoint } of ROWS) {
      const same =
        decide('safe', task, checkpoint).plan.effect === decide('reference', task, checkpoint).plan.effect
      const why = deviationsOf(task, checkpoint)
      if (!same) expect(why.includes('paused') || why.includes('unknown-watched')).toBe(true)
    }
  })
  it('never kills what the reference would let live', () => {
    for (const { task, checkpoint } of ROWS)
      if (decide('safe', task, checkpoint).plan.effect === 'delete-task')
        expect(decide('reference', task, checkpoint).plan.effect).toBe('delete-task')
  })
})

describe('the list of deviations', () => {
  const inTables = [...Object.values(PLANS), ...Object.values(SANDBOX_PLANS)].flatMap(
    (plan) => plan.deviations,
  )
  it('has every name that others build on', () => {
    expect(Object.keys(DEVIATIONS)).toEqual(expect.arrayContaining(NAMES))
  })
  it('holds what a plan names, and what is about more than a plan', () => {
    const expected = new Set<string>([...inTables, 'paused', ...OUTSIDE])
    expect(new Set(Object.keys(DEVIATIONS))).toEqual(expected)
  })
  it.each(Object.entries(DEVIATIONS))('%s says what it does and why', (_id, { does, because }) => {
    expect(does).toMatch(/./)
    expect(because).toMatch(/./)
  })
  it('names the reports that asked for it, where there are any', () => {
    const asked = Object.entries(DEVIATIONS).filter(([, { askedFor }]) => askedFor !== '')
    expect(asked.map(([id]) => id)).toEqual([
      'name-conflict',
      'write-failed',
      'directory-missing',
      'paused',
      'truth-learnt',
      'lost-exit',
      'stored-without-metadata',
    ])
    for (const [, { askedFor }] of asked) expect(askedFor).toMatch(/^[a-z]+ #[0-9]+/)
  })
})
