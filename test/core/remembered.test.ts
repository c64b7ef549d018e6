import { left } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { containerSeen, FINISHED_AT, NOW, STATUSES } from '../../adapters/fast-check/seen.js'
import { readCheckpoint } from '../../core/checkpoint.js'
import {
  type ContainerPlan,
  type Ending,
  planContainer,
  plannedCommit,
  settleContainer,
} from '../../core/container-plan.js'
import { expectedPerformance } from '../../core/container-row.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { Performed } from '../../core/performed.js'
import type { CheckpointFile } from '../../core/records.js'
import { leftOf, type Remembered, remember } from '../../core/remembered.js'
import type { TaskSeen } from '../../core/seen.js'
import type { CheckpointSeen } from '../../core/status.js'
import type { Profile } from '../../core/transitions.js'

const planOf = (
  task: TaskSeen,
  file: CheckpointFile | CheckpointSeen,
  profile: Profile = 'safe',
  own: Partial<ContainerSeen> = {},
): ContainerPlan => planContainer(profile, { ...containerSeen(task, file), ...own }, NOW, null)
const rememberedAfter = (
  plan: ContainerPlan,
  own: Partial<Performed> = {},
  { watched = true, witnessed = false } = {},
): Remembered => remember(plan, { ...expectedPerformance(plan), ...own }, watched, witnessed)
const writeOf = (plan: ContainerPlan, ending: Ending = 'done') => plannedCommit(plan).of(ending)

const GARBAGE: CheckpointFile = { kind: 'text', text: '{' }
const DENIED: CheckpointFile = { kind: 'unreadable', why: 'denied' }

describe('what is left of a commit', () => {
  const todo = { makeDirectory: true, setAside: true, write: 'text' }
  const action = (kind: 'set-aside-checkpoint' | 'write-checkpoint', outcome: 'done' | 'failed' | null) => ({
    kind,
    outcome,
    detail: null,
  })
  it.each([
    ['where nothing was done', [], true],
    ['where setting aside failed', [action('set-aside-checkpoint', 'failed')], true],
    ['where setting aside was only planned', [action('set-aside-checkpoint', null)], true],
    ['where something else was done', [action('write-checkpoint', 'done')], true],
    [
      'but the setting aside where that was done',
      [action('write-checkpoint', 'failed'), action('set-aside-checkpoint', 'done')],
      false,
    ],
  ])('is all of it %s', (_where, actions, setAside) => {
    expect(leftOf(todo, actions)).toEqual({ ...todo, setAside })
    expect(leftOf({ ...todo, setAside: false }, actions).setAside).toBe(false)
  })
})

describe('what is remembered of a checkpoint', () => {
  it('is what was written to it', () => {
    const plan = planOf('STOPPED', 'RUNNING')
    const text = writeOf(plan).write ?? expect.unreachable()
    const file = { kind: 'text', text } as const
    expect(rememberedAfter(plan)).toEqual({
      seen: { ...plan.seen, file, checkpoint: readCheckpoint(file) },
      status: settleContainer(plan, 'done').status,
      pending: null,
      unwritten: null,
      again: false,
    })
  })
  it('is what it was where nothing is to be written', () => {
    const plan = planOf('RUNNING', 'RUNNING')
    expect(rememberedAfter(plan)).toEqual({
      seen: plan.seen,
      status: STATUSES.RUNNING,
      pending: null,
      unwritten: null,
      again: false,
    })
    expect(rememberedAfter(plan, { unwritten: 'no matter' }).pending).toBeNull()
  })
  it('is what should stand there where it could not be written, which is still to be done', () => {
    const plan = planOf('STOPPED', GARBAGE)
    const todo = writeOf(plan)
    const file = { kind: 'text', text: todo.write ?? expect.unreachable() } as const
    expect(rememberedAfter(plan, { unwritten: 'no space', actions: [] })).toMatchObject({
      seen: { file, checkpoint: readCheckpoint(file) },
      pending: { ...todo, setAside: true },
      unwritten: 'no space',
    })
    const actions = [{ kind: 'set-aside-checkpoint', outcome: 'done', detail: null } as const]
    expect(rememberedAfter(plan, { unwritten: 'no space', actions }).pending).toEqual({
      ...todo,
      setAside: false,
    })
  })
  it('is what it was where a write was refused, and nothing is to be done', () => {
    const plan = planOf('STOPPED', DENIED)
    expect(rememberedAfter(plan)).toMatchObject({
      seen: plan.seen,
      pending: null,
      unwritten: expect.stringContaining('denied'),
    })
  })
  it('is what its effect came to', () => {
    const plan = planOf('RUNNING', 'RUNNING')
    const lost = rememberedAfter(plan, { ending: 'not_found' })
    expect(lost.status).toEqual(settleContainer(plan, 'not_found').status)
    expect(lost.seen.file).toEqual({ kind: 'text', text: writeOf(plan, 'not_found').write })
  })
})

describe('doubt about an exit that somebody saw', () => {
  const failed = { ending: 'failed' } as const
  it('is none, even while its task cannot be deleted', () => {
    const plan = planOf('STOPPED', 'RUNNING')
    expect(rememberedAfter(plan, failed).status.unknown).toBe(true)
    expect(rememberedAfter(plan, failed, { witnessed: true }).status).toEqual({
      ...settleContainer(plan, 'failed').status,
      unknown: false,
    })
  })
  it('stays where there is no exit on record', () => {
    expect(rememberedAfter(planOf('UNKNOWN', 'RUNNING'), {}, { witnessed: true }).status.unknown).toBe(true)
    const recorded = rememberedAfter(planOf('UNKNOWN', 'EXITED'), {}, { witnessed: true }).status
    expect(recorded).toMatchObject({ unknown: false, finishedAt: FINISHED_AT })
  })
})

describe('another look', () => {
  const UNREAD = { metadata: left({ why: 'shape', detail: '' } as const) }
  it.each<[string, ContainerPlan, Partial<Performed>, boolean, boolean]>([
    ['where a wait did not begin', planOf('RUNNING', 'RUNNING'), {}, false, true],
    ['not where it began', planOf('RUNNING', 'RUNNING'), {}, true, false],
    ['where nobody could be asked', planOf('UNREACHABLE', 'RUNNING'), {}, true, true],
    ['where the answer is not understood', planOf('UNKNOWN', 'RUNNING'), {}, true, true],
    ['where a task could not be deleted', planOf('STOPPED', 'RUNNING'), { ending: 'failed' }, true, true],
    ['not where it was deleted', planOf('STOPPED', 'RUNNING'), {}, false, false],
    ['not where the delete was withheld', planOf('STOPPED', 'RUNNING'), { ending: 'withheld' }, true, false],
    ['not where its IO could not be made', planOf('MISSING', 'CREATED'), { ending: 'failed' }, true, false],
    ['not where its task is gone', planOf('MISSING', 'RUNNING'), {}, false, false],
    ['not without metadata', planOf('UNREACHABLE', 'RUNNING', 'safe', UNREAD), {}, false, false],
    ['not by the reference', planOf('UNREACHABLE', 'RUNNING', 'reference'), {}, false, false],
    [
      'not by the reference, though no wait began',
      planOf('RUNNING', 'RUNNING', 'reference'),
      {},
      false,
      false,
    ],
  ])('is worth it %s', (_where, plan, own, watched, again) =>
    expect(rememberedAfter(plan, own, { watched }).again).toBe(again),
  )
})
