import { describe, expect, it } from 'vitest'
import { containerSeen, STATUSES } from '../../adapters/fast-check/seen.js'
import { checkpointSeenOf, statusBefore } from '../../core/observation.js'
import { BLANK_STATUS, UNREADABLE_STATUS } from '../../core/status.js'

describe('a checkpoint that was seen', () => {
  it.each(['BLANK', 'CREATED', 'RUNNING', 'EXITED'] as const)('says how it is seen: %s', (form) => {
    const seen = containerSeen('MISSING', form)
    expect(statusBefore(seen)).toEqual(STATUSES[form])
    expect(checkpointSeenOf(seen)).toBe(form)
  })
  it.each([
    { kind: 'text', text: '{' },
    { kind: 'missing', directory: true },
    { kind: 'unreadable', why: 'denied' },
  ] as const)('and cannot be read stands for a lost exit in doubt: %j', (file) => {
    const seen = containerSeen('MISSING', file)
    expect(checkpointSeenOf(seen)).toBe('UNREADABLE')
    expect(statusBefore(seen)).toEqual({
      ...BLANK_STATUS,
      exitCode: 255,
      reason: 'Unknown',
      unknown: true,
    })
    expect(statusBefore(seen)).toBe(UNREADABLE_STATUS)
  })
})
