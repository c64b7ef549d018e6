import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { CREATED_AT, EXITED_AT, NOW, STARTED_AT, STATUSES } from '../../adapters/fast-check/seen.js'
import { AMENDMENTS, type Amendment, amend, type Facts } from '../../core/amendments.js'
import { stateOf } from '../../core/status.js'
import { RUNS } from '../support/runs.js'

const facts: Facts = {
  now: NOW,
  recordedAt: CREATED_AT,
  pid: 4242,
  exitStatus: 7,
  exitedAt: EXITED_AT,
  oomKilled: false,
  aliveAt: 0n,
}
const { RUNNING, CREATED } = STATUSES

describe('an exit', () => {
  it.each([
    [EXITED_AT, EXITED_AT],
    [null, NOW],
    [0n, NOW],
    [-1n, NOW],
    [STARTED_AT - 1n, STARTED_AT],
  ])('told at %s is at %s in safe', (exitedAt, finishedAt) =>
    expect(amend(RUNNING, ['exit-sanely'], { ...facts, exitedAt })).toEqual({
      ...RUNNING,
      pid: 0,
      exitCode: 7,
      finishedAt,
    }),
  )
  it.each([
    [EXITED_AT, EXITED_AT],
    [0n, 0n],
    [null, -6_795_364_578_871_345_152n],
  ])('told at %s is at %s in the reference, and keeps its pid', (exitedAt, finishedAt) =>
    expect(amend(RUNNING, ['exit'], { ...facts, exitedAt })).toEqual({ ...RUNNING, exitCode: 7, finishedAt }),
  )
  it.each([
    [255, 255],
    [2 ** 31, -(2 ** 31)],
    [2 ** 32 - 1, -1],
  ])('with status %i has the code %i, as a checkpoint holds it', (exitStatus, exitCode) => {
    for (const exit of ['exit', 'exit-sanely'] as const)
      expect(amend(RUNNING, [exit], { ...facts, exitStatus }).exitCode).toBe(exitCode)
  })
})

describe('an exit that is lost', () => {
  it('says in safe in which span it lies', () => {
    expect(amend(RUNNING, ['lose-telling'], facts)).toEqual({
      ...RUNNING,
      pid: 0,
      finishedAt: NOW,
      exitCode: 255,
      reason: 'Unknown',
      message:
        'The exit happened after 2020-09-13T12:26:40.000000002Z and before 2027-01-15T08:00:00Z while nobody watched; its code is lost.',
    })
    expect(amend(CREATED, ['lose-telling'], facts).message).toContain('after 2020-09-13T12:26:40.000000001Z')
    const blank = amend(STATUSES.BLANK, ['lose-telling'], facts)
    expect(blank.message).toMatch(/^The exit happened before 2027/)
  })
  it('is now in the reference, whatever the clock says', () => {
    expect(amend(RUNNING, ['lose'], { ...facts, now: 5n })).toEqual({
      ...RUNNING,
      finishedAt: 5n,
      exitCode: 255,
      reason: 'Unknown',
    })
  })
})

describe('what is told, or named', () => {
  it('is that its shim told how it ended', () => {
    expect(amend(STATUSES.EXITED, ['tell-rescue'], facts)).toEqual({
      ...STATUSES.EXITED,
      message: 'Its shim told how it ended while containerd was down (cri-recover rescue).',
    })
  })
  it.each([
    [137, true, 'OOMKilled'],
    [137, false, 'kept'],
    [136, true, 'kept'],
    [-137, true, 'kept'],
  ])(
    'is a kill for want of memory where it ended with %i and one was counted: %s',
    (exitCode, oomKilled, reason) => {
      const status = { ...STATUSES.EXITED, exitCode, reason: 'kept' }
      expect(amend(status, ['name-oom'], { ...facts, oomKilled })).toEqual({ ...status, reason })
    },
  )
  it('is when it was last known alive, where that is later than its start', () => {
    const messageFor = (aliveAt: bigint) => amend(RUNNING, ['lose-telling'], { ...facts, aliveAt }).message
    expect(messageFor(EXITED_AT)).toContain('after 2023-11-14T22:13:20.123456789Z and before')
    expect(messageFor(STARTED_AT - 1n)).toContain('after 2020-09-13T12:26:40.000000002Z and before')
  })
})

describe('a start', () => {
  it('is now, and not before the creation in safe', () => {
    expect(amend(CREATED, ['start'], facts)).toEqual({ ...CREATED, startedAt: NOW, pid: 4242 })
    const behind = { ...facts, now: 5n }
    expect(amend(CREATED, ['start'], behind).startedAt).toBe(5n)
    expect(amend(CREATED, ['start-sanely'], behind).startedAt).toBe(CREATED_AT)
    expect(amend(STATUSES.BLANK, ['start-sanely'], behind).startedAt).toBe(facts.recordedAt)
  })
})

describe('amendments', () => {
  const all = () => Object.keys(AMENDMENTS).filter((name): name is Amendment => name in AMENDMENTS)
  it('are each told in words of their own', () => {
    const texts = Object.values(AMENDMENTS).map(({ text }) => text)
    expect(texts).not.toContain('')
    expect(new Set(texts).size).toBe(texts.length)
  })
  it('are made in their order', () => {
    expect(amend(STATUSES.EXITED, ['believe', 'start-sanely', 'doubt'], facts)).toEqual({
      ...CREATED,
      startedAt: NOW,
      pid: 4242,
      unknown: true,
    })
    expect(amend(STATUSES.EXITED, [], facts)).toBe(STATUSES.EXITED)
  })
  it('that doubt leave all else as it was', () => {
    fc.assert(
      fc.property(arbitrary.status, arbitrary.facts, (status, given) => {
        expect(amend(status, ['doubt'], given)).toEqual({ ...status, unknown: true })
      }),
      { numRuns: RUNS / 10 },
    )
  })
  it('that lose or end a container let it have exited, at any time', () => {
    const names = fc.array(fc.constantFrom(...all()))
    fc.assert(
      fc.property(arbitrary.status, arbitrary.facts, names, (status, given, before) => {
        const steps = before.filter((name) => name !== 'doubt')
        for (const end of ['lose-telling', 'exit-sanely'] as const)
          expect(stateOf(amend(status, [...steps, end], given))).toBe('CONTAINER_EXITED')
      }),
      { numRuns: RUNS },
    )
  })
})
