import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { containerRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, containerSeen, EXITED_AT, LOOKS, NOW, STATUSES } from '../../adapters/fast-check/seen.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import { expectation, planContainer, plannedCommit, settleContainer } from '../../core/container-plan.js'
import { type ContainerMetadata, containerMetadataOf } from '../../core/metadata.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { Status } from '../../core/status.js'
import { PROFILES, type Profile } from '../../core/transitions.js'

const plan = (seen: ContainerSeen, profile: Profile = 'safe', sandboxes: ReadonlySet<string> | null = null) =>
  planContainer(profile, seen, NOW, sandboxes)
const NOTHING = { makeDirectory: false, setAside: false, write: null }
const UNREAD = left({ why: 'shape', detail: 'garbage' } as const)
const writtenBy = (text: string | null): Status => rightOf(decodeCheckpoint(text ?? '')).status

describe('a container’s plan', () => {
  it('holds all that was seen and decided', () => {
    const seen = { ...containerSeen('STOPPED', 'RUNNING'), oomKilled: true, aliveAt: 5n }
    expect(plan(seen)).toEqual({
      profile: 'safe',
      id: 'web',
      seen,
      metadata: rightOf(seen.metadata),
      task: 'STOPPED',
      checkpoint: 'RUNNING',
      decision: expect.objectContaining({ rule: 'ended-learnt' }),
      before: STATUSES.RUNNING,
      facts: {
        now: NOW,
        recordedAt: CREATED_AT,
        pid: 4242,
        exitStatus: 7,
        exitedAt: EXITED_AT,
        oomKilled: true,
        aliveAt: 5n,
      },
      expected: 'done',
      parked: null,
    })
  })
  it.each(['MISSING', 'UNREACHABLE'] as const)('knows nothing of a task that was not found: %s', (task) => {
    expect(plan(containerSeen(task, 'RUNNING')).facts).toEqual({
      now: NOW,
      recordedAt: CREATED_AT,
      pid: 0,
      exitStatus: 0,
      exitedAt: null,
      oomKilled: false,
      aliveAt: 0n,
    })
  })
  it('decides nothing without metadata', () => {
    const seen: ContainerSeen = { ...containerSeen('RUNNING', 'RUNNING'), metadata: UNREAD }
    expect(plan(seen)).toMatchObject({ metadata: null, decision: null, task: 'RUNNING', expected: 'done' })
  })
})

describe('pipes that cannot be opened', () => {
  const seen = (look: ContainerSeen['look']): ContainerSeen => ({
    ...containerSeen('RUNNING', 'RUNNING'),
    look,
    pipes: 'no such pipe',
  })
  it.each(['CREATED', 'RUNNING', 'STOPPED', 'PAUSED', 'PAUSING'] as const)(
    'are a failed load to the reference, and none to safe: %s',
    (task) => {
      expect(plan(seen(LOOKS[task]), 'reference').task).toBe('UNREACHABLE')
      expect(plan(seen(LOOKS[task]), 'safe').task).toBe(task)
    },
  )
  it.each(['UNKNOWN', 'MISSING', 'UNREACHABLE'] as const)('are none where a task has none: %s', (task) =>
    expect(plan(seen(LOOKS[task]), 'reference').task).toBe(task),
  )
  it('are no matter where they can be opened', () => {
    expect(plan(containerSeen('RUNNING', 'RUNNING'), 'reference').task).toBe('RUNNING')
  })
})

describe('fresh IO', () => {
  const metadata = rightOf(containerMetadataOf(containerRecord('web', 'pod').extensions))
  const expected = (own: Partial<ContainerMetadata>, sandboxes: ReadonlySet<string> | null) =>
    plan(containerSeen('MISSING', 'CREATED', right({ ...metadata, ...own })), 'safe', sandboxes).expected
  it('is expected to work where its sandbox is recovered, and it has a config', () => {
    expect(expected({}, new Set(['pod']))).toBe('done')
    expect(expected({}, new Set(['other']))).toBe('failed')
    expect(expected({ config: null }, new Set(['pod']))).toBe('failed')
  })
  it('is expected to work where it needs no sandbox', () =>
    expect(expected({ config: null }, null)).toBe('done'))
  it('is no matter to what needs none', () => {
    expect(plan(containerSeen('RUNNING', 'RUNNING'), 'safe', new Set()).expected).toBe('done')
  })
})

describe('what became of a container', () => {
  it('is what its plan says for how the effect ended', () => {
    const running = plan(containerSeen('RUNNING', 'RUNNING'))
    expect(settleContainer(running, 'done')).toEqual({
      status: STATUSES.RUNNING,
      monitored: true,
      monitorPid: 0,
    })
    expect(settleContainer(running, 'failed')).toEqual({
      status: { ...STATUSES.RUNNING, unknown: true },
      monitored: false,
      monitorPid: 0,
    })
  })
  it('is what its plan says of success where the effect was withheld', () => {
    const stopped = plan(containerSeen('STOPPED', 'RUNNING'))
    expect(settleContainer(stopped, 'withheld')).toEqual(settleContainer(stopped, 'done'))
    expect(settleContainer(stopped, 'withheld')).not.toEqual(settleContainer(stopped, 'failed'))
  })
  it('is doubt where nothing was decided, and nobody watches it', () => {
    const seen: ContainerSeen = { ...containerSeen('RUNNING', 'RUNNING'), metadata: UNREAD }
    expect(settleContainer(plan(seen), 'done')).toEqual({
      status: { ...STATUSES.RUNNING, unknown: true },
      monitored: false,
      monitorPid: 0,
    })
  })
})

describe('the commit of a container', () => {
  it('comes before its task is deleted, and says the exit however the delete ends', () => {
    const { when, of } = plannedCommit(plan(containerSeen('STOPPED', 'RUNNING')))
    expect(when).toBe('before')
    expect(writtenBy(of('done').write)).toMatchObject({ finishedAt: EXITED_AT, exitCode: 7 })
    expect(of('failed')).toEqual(of('done'))
    expect(of('withheld')).toEqual(of('done'))
  })
  it('comes after any other effect, and says how that ended', () => {
    const { when, of } = plannedCommit(plan(containerSeen('RUNNING', 'RUNNING')))
    expect(when).toBe('after')
    expect(of('done')).toEqual(NOTHING)
    expect(writtenBy(of('not_found').write)).toMatchObject({ exitCode: 255, finishedAt: NOW })
  })
  it.each(PROFILES)('is none in %s where nothing was decided', (profile) => {
    const seen: ContainerSeen = { ...containerSeen('STOPPED', 'UNREADABLE'), metadata: UNREAD }
    const { when, of } = plannedCommit(plan(seen, profile))
    expect(when).toBe('after')
    expect(of('done')).toEqual(NOTHING)
  })
})

describe('what a plan expects', () => {
  const onDirectory = { kind: 'not-a-file', what: 'directory' } as const
  it('is that everything works', () => {
    const stopped = plan(containerSeen('STOPPED', 'RUNNING'))
    expect(expectation(stopped)).toEqual({
      ending: 'done',
      commit: plannedCommit(stopped).of('done'),
      obstacle: null,
    })
  })
  it('is that a delete is withheld where the exit cannot be written first', () => {
    expect(expectation(plan(containerSeen('STOPPED', onDirectory)))).toMatchObject({
      ending: 'withheld',
      obstacle: 'a directory stands in its place',
      commit: { write: expect.any(String) },
    })
  })
  it('is that any other effect is done all the same', () => {
    expect(expectation(plan(containerSeen('RUNNING', onDirectory)))).toMatchObject({
      ending: 'done',
      obstacle: 'a directory stands in its place',
    })
  })
  it('is that an effect fails where that can be told', () => {
    expect(expectation(plan(containerSeen('MISSING', 'CREATED'), 'safe', new Set()))).toEqual({
      ending: 'failed',
      commit: NOTHING,
      obstacle: null,
    })
  })
})
