import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { CREATED_AT, containerSeen, EXITED_AT, NOW, STARTED_AT } from '../../adapters/fast-check/seen.js'
import { type ContainerPlan, planContainer } from '../../core/container-plan.js'
import { actionKindOf, containerRow, expectedPerformance, isShown } from '../../core/container-row.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { Performed } from '../../core/performed.js'
import type { CheckpointFile } from '../../core/records.js'
import type { TaskSeen } from '../../core/seen.js'
import type { CheckpointSeen } from '../../core/status.js'
import type { Profile } from '../../core/transitions.js'

const planOf = (
  task: TaskSeen,
  file: CheckpointFile | CheckpointSeen,
  profile: Profile = 'safe',
  own: Partial<ContainerSeen> = {},
): ContainerPlan => planContainer(profile, { ...containerSeen(task, file), ...own }, NOW, null)
const UNREAD = { metadata: left({ why: 'shape', detail: 'garbage' } as const) }
const planned = (kind: string) => ({ kind, outcome: null, detail: null })
const rowOf = (plan: ContainerPlan) => containerRow(plan, expectedPerformance(plan))

const GARBAGE: CheckpointFile = { kind: 'text', text: '{' }
const NO_DIRECTORY: CheckpointFile = { kind: 'missing', directory: false }
const DENIED: CheckpointFile = { kind: 'unreadable', why: 'denied' }

describe('an effect', () => {
  it.each([
    ['none', null],
    ['create-io', 'create-io'],
    ['delete-task', 'delete-task'],
    ['await-exit', 'await-exit'],
  ] as const)('%s is told as %s', (effect, kind) => expect(actionKindOf(effect)).toBe(kind))
})

describe('what a plan expects to be done', () => {
  it.each<[string, ContainerPlan, readonly string[]]>([
    ['nothing', planOf('MISSING', 'EXITED', 'reference'), []],
    ['a wait', planOf('RUNNING', 'RUNNING'), ['await-exit']],
    ['fresh IO', planOf('MISSING', 'CREATED'), ['create-io']],
    ['a write', planOf('MISSING', 'RUNNING'), ['write-checkpoint']],
    ['a delete, and a write', planOf('STOPPED', 'RUNNING'), ['delete-task', 'write-checkpoint']],
    [
      'a file set aside',
      planOf('RUNNING', GARBAGE),
      ['await-exit', 'set-aside-checkpoint', 'write-checkpoint'],
    ],
    [
      'a directory made',
      planOf('RUNNING', NO_DIRECTORY),
      ['await-exit', 'make-directory', 'write-checkpoint'],
    ],
    ['no write over what could not be read this time', planOf('RUNNING', DENIED), ['await-exit']],
    ['nothing without metadata', planOf('STOPPED', 'RUNNING', 'safe', UNREAD), []],
  ])('is %s', (_what, plan, kinds) => expect(expectedPerformance(plan).actions).toEqual(kinds.map(planned)))
  it('works, and somebody stays', () => {
    expect(expectedPerformance(planOf('STOPPED', 'RUNNING'))).toMatchObject({
      ending: 'done',
      unwritten: null,
      stays: true,
      logTail: false,
    })
  })
  it('is no delete where the exit cannot be written first', () => {
    const plan = planOf('STOPPED', { kind: 'not-a-file', what: 'directory' })
    expect(expectedPerformance(plan)).toMatchObject({
      ending: 'withheld',
      unwritten: 'a directory stands in its place',
      actions: [planned('set-aside-checkpoint'), planned('write-checkpoint')],
    })
  })
})

describe('a container is shown', () => {
  const written: Performed = { ending: 'done', unwritten: null, actions: [], stays: true, logTail: false }
  const unwritten = { ...written, unwritten: 'no space' }
  it('by safe always', () => {
    expect(isShown(planOf('RUNNING', 'RUNNING'), unwritten)).toBe(true)
    expect(isShown(planOf('RUNNING', 'RUNNING', 'safe', UNREAD), unwritten)).toBe(true)
  })
  it('by the reference where it could be decided about and written', () => {
    expect(isShown(planOf('RUNNING', 'RUNNING', 'reference'), written)).toBe(true)
    expect(isShown(planOf('RUNNING', 'RUNNING', 'reference'), unwritten)).toBe(false)
    expect(isShown(planOf('RUNNING', 'RUNNING', 'reference', UNREAD), written)).toBe(false)
  })
  it('by the reference where the write was only refused', () => {
    expect(isShown(planOf('RUNNING', DENIED, 'reference'), unwritten)).toBe(true)
    expect(isShown(planOf('RUNNING', DENIED, 'reference', UNREAD), unwritten)).toBe(false)
  })
})

describe('the row of a container', () => {
  it('says all that is shown of it', () => {
    expect(rowOf(planOf('STOPPED', 'RUNNING'))).toEqual({
      id: 'web',
      name: 'web_pod_default_uid-pod_0',
      sandboxId: 'pod',
      checkpoint: 'RUNNING',
      task: 'STOPPED',
      rule: 'ended-learnt',
      state: 'CONTAINER_EXITED',
      pid: 0,
      createdAt: CREATED_AT,
      startedAt: STARTED_AT,
      finishedAt: EXITED_AT,
      exitCode: 7,
      reason: 'Error',
      message: '',
      monitored: false,
      actions: [planned('delete-task'), planned('write-checkpoint')],
      problems: [],
    })
  })
  it('has a message where its exit is lost', () => {
    expect(rowOf(planOf('MISSING', 'RUNNING'))).toMatchObject({
      reason: 'Unknown',
      exitCode: 255,
      message: expect.stringContaining('while nobody watched'),
      problems: [{ code: 'exit-lost' }],
    })
  })
  it('is watched where it lives, is shown, and somebody stays', () => {
    const plan = planOf('RUNNING', 'RUNNING')
    const performed = expectedPerformance(plan)
    expect(containerRow(plan, performed)).toMatchObject({ monitored: true, pid: 99 })
    expect(containerRow(plan, { ...performed, stays: false }).monitored).toBe(false)
    expect(containerRow(plan, { ...performed, ending: 'failed' }).monitored).toBe(false)
    const reference = planOf('RUNNING', 'RUNNING', 'reference')
    expect(containerRow(reference, performed)).toMatchObject({ monitored: true, state: 'CONTAINER_RUNNING' })
    const hidden = containerRow(reference, { ...performed, unwritten: 'no space' })
    expect(hidden).toMatchObject({ monitored: false, state: null })
  })
  it('has no name where it lost it, and none without metadata', () => {
    const parked = { name: 'web', winner: 'a', loser: 'web' }
    expect(rowOf({ ...planOf('RUNNING', 'RUNNING'), parked })).toMatchObject({ name: null, sandboxId: 'pod' })
    expect(rowOf(planOf('RUNNING', 'RUNNING', 'safe', UNREAD))).toMatchObject({
      name: null,
      sandboxId: null,
      rule: null,
      state: 'CONTAINER_UNKNOWN',
    })
  })
  it('has the record’s creation in safe where the checkpoint knows none', () => {
    expect(rowOf(planOf('MISSING', 'BLANK')).createdAt).toBe(CREATED_AT)
    expect(rowOf(planOf('MISSING', 'BLANK', 'reference')).createdAt).toBe(0n)
    const record = { ...containerSeen('MISSING', 'CREATED').record, createdAt: 5n }
    expect(rowOf(planOf('MISSING', 'CREATED', 'safe', { record })).createdAt).toBe(CREATED_AT)
    expect(rowOf(planOf('MISSING', 'BLANK', 'safe', { record })).createdAt).toBe(5n)
  })
  it('tells that its metadata says another id', () => {
    const seen = containerSeen('RUNNING', 'RUNNING')
    const metadata = right({ ...rightOf(seen.metadata), id: 'other' })
    expect(rowOf(planOf('RUNNING', 'RUNNING', 'safe', { metadata })).problems).toMatchObject([
      { code: 'metadata-id' },
    ])
  })
})
