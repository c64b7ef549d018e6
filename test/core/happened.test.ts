import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import { FINISHED_AT, STARTED_AT, STATUSES } from '../../adapters/fast-check/seen.js'
import { happenedBetween } from '../../core/happened.js'
import { UNREADABLE_STATUS } from '../../core/status.js'
import { RUNS } from '../support/runs.js'

const { BLANK, CREATED, RUNNING, EXITED } = STATUSES
const STARTED = { kind: 'started', at: STARTED_AT }
const STOPPED = { kind: 'stopped', at: FINISHED_AT }

describe('what happened between two looks', () => {
  it.each([
    ['blank, then created', BLANK, CREATED, null],
    ['blank, then running', BLANK, RUNNING, STARTED],
    ['blank, then exited', BLANK, EXITED, STOPPED],
    ['created, then running', CREATED, RUNNING, STARTED],
    ['created, then exited', CREATED, EXITED, STOPPED],
    ['running, then exited', RUNNING, EXITED, STOPPED],
    ['unreadable, then running', UNREADABLE_STATUS, RUNNING, STARTED],
    ['unreadable, then exited', UNREADABLE_STATUS, EXITED, STOPPED],
    ['running, then created', RUNNING, CREATED, null],
    ['exited, then running', EXITED, RUNNING, null],
    ['exited, then created', EXITED, CREATED, null],
    ['created, then blank', CREATED, BLANK, null],
  ])('is told for %s', (_looks, before, after, expected) =>
    expect(happenedBetween(before, after)).toEqual(expected),
  )
  it('is nothing where it fell into doubt', () => {
    for (const status of [CREATED, RUNNING, EXITED])
      expect(happenedBetween(CREATED, { ...status, unknown: true })).toBeNull()
  })
  it('is told of one that was in doubt as if it had been in none', () => {
    expect(happenedBetween({ ...RUNNING, unknown: true }, RUNNING)).toBeNull()
    expect(happenedBetween({ ...RUNNING, unknown: true }, EXITED)).toEqual(STOPPED)
    expect(happenedBetween({ ...CREATED, unknown: true }, RUNNING)).toEqual(STARTED)
    expect(happenedBetween({ ...EXITED, unknown: true }, EXITED)).toBeNull()
  })
  it('is nothing where nothing changed', () => {
    fc.assert(
      fc.property(arbitrary.status, (status) => {
        expect(happenedBetween(status, status)).toBeNull()
      }),
      { numRuns: RUNS / 10 },
    )
  })
})
