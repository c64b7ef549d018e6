import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as arbitrary from '../../adapters/fast-check/arbitraries/values.js'
import {
  BLANK_STATUS,
  CHECKPOINTS_SEEN,
  OOM_REASON,
  sameOnDisk,
  seenOf,
  stateOf,
  UNREADABLE_STATUS,
} from '../../core/status.js'
import { RUNS } from '../support/runs.js'

describe('the state of a status', () => {
  const full = { ...BLANK_STATUS, createdAt: 1n, startedAt: 2n, finishedAt: 3n }
  it.each([
    [{ ...full, unknown: true }, 'CONTAINER_UNKNOWN'],
    [full, 'CONTAINER_EXITED'],
    [{ ...BLANK_STATUS, finishedAt: -1n }, 'CONTAINER_EXITED'],
    [{ ...full, finishedAt: 0n }, 'CONTAINER_RUNNING'],
    [{ ...BLANK_STATUS, startedAt: -1n }, 'CONTAINER_RUNNING'],
    [{ ...BLANK_STATUS, createdAt: -1n }, 'CONTAINER_CREATED'],
    [BLANK_STATUS, 'CONTAINER_UNKNOWN'],
    [UNREADABLE_STATUS, 'CONTAINER_UNKNOWN'],
  ] as const)('is the first that holds (%#)', (status, state) => expect(stateOf(status)).toBe(state))
})

describe('a status of which nothing is known', () => {
  const nothing = { pid: 0, createdAt: 0n, startedAt: 0n, finishedAt: 0n, message: '' }
  it('is all zero, as Go has it', () => {
    expect(BLANK_STATUS).toEqual({ ...nothing, exitCode: 0, reason: '', unknown: false })
  })
  it('stands in doubt for a lost exit where its checkpoint cannot be read', () => {
    expect(UNREADABLE_STATUS).toEqual({ ...nothing, exitCode: 255, reason: 'Unknown', unknown: true })
  })
})

describe('a checkpoint', () => {
  it.each([
    [BLANK_STATUS, 'BLANK'],
    [{ ...BLANK_STATUS, createdAt: 1n }, 'CREATED'],
    [{ ...BLANK_STATUS, startedAt: 1n }, 'RUNNING'],
    [{ ...BLANK_STATUS, finishedAt: 1n }, 'EXITED'],
    [{ ...BLANK_STATUS, finishedAt: 1n, unknown: true }, 'EXITED'],
  ] as const)('is seen by its times alone (%#)', (status, seen) => expect(seenOf(status)).toBe(seen))
  it('is seen in five ways, of which one is that it cannot be read', () => {
    expect(CHECKPOINTS_SEEN).toEqual(['UNREADABLE', 'BLANK', 'CREATED', 'RUNNING', 'EXITED'])
  })
})

describe('an exit for want of memory', () => {
  it('has the reason that clients of the CRI look for', () => expect(OOM_REASON).toBe('OOMKilled'))
})

describe('two statuses', () => {
  it('are the same on disk where they differ in doubt alone', () => {
    fc.assert(
      fc.property(arbitrary.status, (status) => {
        expect(sameOnDisk(status, { ...status, unknown: true })).toBe(true)
      }),
      { numRuns: RUNS / 10 },
    )
  })
  it.each([
    { pid: 1 },
    { createdAt: 1n },
    { startedAt: 1n },
    { finishedAt: 1n },
    { exitCode: 1 },
    { reason: 'a' },
    { message: 'a' },
  ])('are not where they differ in any of the rest (%#)', (change) =>
    expect(sameOnDisk(BLANK_STATUS, { ...BLANK_STATUS, ...change })).toBe(false),
  )
})
