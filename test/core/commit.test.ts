import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { containerSeen, FINISHED_AT, STATUSES } from '../../adapters/fast-check/seen.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import { commitObstacle, commitOf, commitRefusal, isDurableFirst } from '../../core/commit.js'
import { statusBefore } from '../../core/observation.js'
import { PLANS } from '../../core/plans.js'
import type { CheckpointFile } from '../../core/records.js'
import { BLANK_STATUS, UNREADABLE_STATUS } from '../../core/status.js'
import { PROFILES } from '../../core/transitions.js'

const EXITED = { ...STATUSES.RUNNING, pid: 0, finishedAt: FINISHED_AT, exitCode: 7 }
const NOTHING = { makeDirectory: false, setAside: false, write: null }
const GARBAGE: CheckpointFile = { kind: 'text', text: '{' }
const NO_FILE: CheckpointFile = { kind: 'missing', directory: true }
const NO_DIRECTORY: CheckpointFile = { kind: 'missing', directory: false }

describe.each(PROFILES)('a checkpoint that could be read, in %s', (profile) => {
  const seen = containerSeen('STOPPED', {
    kind: 'text',
    text: '{"Version":"v1","Pid":99,"New":1e400}',
  })
  it('is written when its status changed, with what was not known in it', () => {
    const { write, ...rest } = commitOf(profile, seen, EXITED)
    expect(rest).toEqual({ makeDirectory: false, setAside: false })
    expect(rightOf(decodeCheckpoint(write ?? '')).status).toEqual(EXITED)
    expect(write).toContain('"New":1e400')
  })
  it('is left alone when it did not, though it is in doubt now', () => {
    const status = { ...statusBefore(seen), unknown: true }
    expect(commitOf(profile, seen, status)).toEqual(NOTHING)
  })
})

describe('a checkpoint that could not be read', () => {
  const written = { ...STATUSES.CREATED }
  it.each([
    [GARBAGE, { makeDirectory: false, setAside: true }],
    [
      { kind: 'not-a-file', what: 'symlink' },
      { makeDirectory: false, setAside: true },
    ],
    [
      { kind: 'too-large', bytes: 1n << 30n },
      { makeDirectory: false, setAside: true },
    ],
    [
      { kind: 'unreadable', why: 'denied' },
      { makeDirectory: false, setAside: true },
    ],
    [NO_FILE, { makeDirectory: false, setAside: false }],
    [NO_DIRECTORY, { makeDirectory: true, setAside: false }],
  ] as const)('is set aside before safe writes what it learnt (%#)', (file, steps) => {
    expect(commitOf('safe', containerSeen('RUNNING', file), written)).toMatchObject(steps)
    expect(commitOf('safe', containerSeen('RUNNING', file), written).write).not.toBeNull()
  })
  it('is not written over by safe with nothing but doubt', () => {
    expect(commitOf('safe', containerSeen('MISSING', GARBAGE), UNREADABLE_STATUS)).toEqual(NOTHING)
    expect(commitOf('safe', containerSeen('MISSING', NO_DIRECTORY), UNREADABLE_STATUS)).toEqual({
      ...NOTHING,
      makeDirectory: true,
    })
  })
  it('is always written over by the reference, which makes no directory', () => {
    expect(commitOf('reference', containerSeen('MISSING', GARBAGE), UNREADABLE_STATUS)).toMatchObject({
      setAside: true,
      write: expect.stringContaining('"ExitCode":255,"Reason":"Unknown"'),
    })
    expect(commitOf('reference', containerSeen('MISSING', NO_DIRECTORY), BLANK_STATUS)).toMatchObject({
      makeDirectory: false,
      setAside: false,
      write: expect.any(String),
    })
  })
})

describe('a write that is refused', () => {
  const commit = { makeDirectory: false, setAside: true, write: 'text' }
  const DENIED: CheckpointFile = { kind: 'unreadable', why: 'denied' }
  const OTHER: CheckpointFile = { kind: 'text', text: '{"Version":"v2"}' }
  const refusal = {
    denied: 'its checkpoint could not be read this time, and is not written over: denied',
    other: 'its checkpoint is of another version, and is not written over: version "v2", only v1 is known',
  }
  it.each(PROFILES)('is one over what could not be read this time, in %s', (profile) => {
    expect(commitRefusal(profile, containerSeen('RUNNING', DENIED), commit)).toBe(refusal.denied)
    expect(commitObstacle(profile, containerSeen('RUNNING', DENIED), commit)).toBe(refusal.denied)
  })
  it('is one over another version, in safe alone', () => {
    expect(commitRefusal('safe', containerSeen('RUNNING', OTHER), commit)).toBe(refusal.other)
    expect(commitObstacle('safe', containerSeen('RUNNING', OTHER), commit)).toBe(refusal.other)
    expect(commitRefusal('reference', containerSeen('RUNNING', OTHER), commit)).toBeNull()
    expect(commitObstacle('reference', containerSeen('RUNNING', OTHER), commit)).toBeNull()
  })
  it.each(PROFILES)('is none in %s over what is damaged for good, or can be read', (profile) => {
    for (const file of [GARBAGE, NO_FILE, NO_DIRECTORY, 'RUNNING'] as const)
      expect(commitRefusal(profile, containerSeen('RUNNING', file), commit)).toBeNull()
  })
  it.each(PROFILES)('is none in %s where nothing is to be written', (profile) => {
    for (const file of [DENIED, OTHER])
      expect(commitRefusal(profile, containerSeen('RUNNING', file), NOTHING)).toBeNull()
  })
})

describe('an obstacle to writing', () => {
  const commit = { makeDirectory: false, setAside: true, write: 'text' }
  it('is a directory in its place, or none around it', () => {
    const inTheWay = containerSeen('MISSING', { kind: 'not-a-file', what: 'directory' })
    expect(commitObstacle('safe', inTheWay, commit)).toBe('a directory stands in its place')
    expect(commitObstacle('safe', containerSeen('MISSING', NO_DIRECTORY), commit)).toBe(
      'its directory is gone',
    )
  })
  it('is none where nothing is written, where the directory is made, or where a file can be replaced', () => {
    expect(commitObstacle('safe', containerSeen('MISSING', NO_DIRECTORY), NOTHING)).toBeNull()
    const made = { ...commit, makeDirectory: true }
    expect(commitObstacle('safe', containerSeen('MISSING', NO_DIRECTORY), made)).toBeNull()
    const pipe = containerSeen('MISSING', { kind: 'not-a-file', what: 'fifo' })
    expect(commitObstacle('safe', pipe, commit)).toBeNull()
  })
})

describe('what is committed before the effect', () => {
  it('is what the effect destroys: an exit that only the task knows', () => {
    const first = Object.values(PLANS).filter(isDurableFirst)
    expect(new Set(first.map((plan) => plan.effect))).toEqual(new Set(['delete-task']))
    expect(Object.values(PLANS).filter((plan) => plan.effect === 'delete-task')).toEqual(first)
  })
})
