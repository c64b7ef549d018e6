import { describe, expect, it } from 'vitest'
import { BLANK_STATUS, type Status } from '../../core/status.js'
import { criView } from '../../core/view.js'

const status = (more: Partial<Status>): Status => ({ ...BLANK_STATUS, createdAt: 1n, ...more })

describe('what the CRI shows', () => {
  it('has no times of a created container', () => {
    expect(criView(status({}))).toEqual({
      state: 'CONTAINER_CREATED',
      createdAt: 1n,
      startedAt: 0n,
      finishedAt: 0n,
      reason: '',
    })
  })
  it('has only the start of a running one', () => {
    expect(criView(status({ startedAt: 2n, reason: 'kept' }))).toEqual({
      state: 'CONTAINER_RUNNING',
      createdAt: 1n,
      startedAt: 2n,
      finishedAt: 0n,
      reason: 'kept',
    })
  })
  it.each([
    [0, '', 'Completed'],
    [1, '', 'Error'],
    [-1, '', 'Error'],
    [137, 'OOMKilled', 'OOMKilled'],
    [0, 'Unknown', 'Unknown'],
  ])('gives an exit a reason: %i %j', (exitCode, reason, expected) => {
    expect(criView(status({ startedAt: 2n, finishedAt: 3n, exitCode, reason }))).toEqual({
      state: 'CONTAINER_EXITED',
      createdAt: 1n,
      startedAt: 2n,
      finishedAt: 3n,
      reason: expected,
    })
  })
  it.each([
    [1n, 1n],
    [-1n, -1n],
    [0n, 5n],
  ])('takes for a creation at %s the status’s own, or else the record’s: %s', (createdAt, expected) => {
    expect(criView(status({ createdAt, startedAt: 2n }), 5n).createdAt).toBe(expected)
  })
  it('has no creation where nobody knows of one', () => {
    expect(criView(status({ createdAt: 0n })).createdAt).toBe(0n)
  })
  it('gives no reason to one in doubt that nobody knows to have exited', () => {
    expect(criView(status({ createdAt: 0n, exitCode: 1 }), 5n)).toEqual({
      state: 'CONTAINER_UNKNOWN',
      createdAt: 5n,
      startedAt: 0n,
      finishedAt: 0n,
      reason: '',
    })
  })
  it('has of one in doubt what is known', () => {
    expect(criView(status({ startedAt: 2n, finishedAt: 3n, unknown: true }))).toEqual({
      state: 'CONTAINER_UNKNOWN',
      createdAt: 1n,
      startedAt: 2n,
      finishedAt: 3n,
      reason: '',
    })
  })
})
