import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import {
  containerSeen,
  EXITED_AT,
  fileOf,
  LOOKS,
  STATUSES,
  taskReply,
} from '../../adapters/fast-check/seen.js'
import { encodeCheckpoint, readCheckpoint } from '../../core/checkpoint.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { TaskStatus } from '../../core/records.js'
import {
  documentOf,
  inPlaceOf,
  mayStillExit,
  type Remembered,
  recalled,
  stoppedLook,
  withOom,
} from '../../core/remembered.js'
import { UNREADABLE_STATUS } from '../../core/status.js'

const PENDING = { makeDirectory: false, setAside: false, write: 'text' }
const EXIT = { exitStatus: 137, exitedAt: 9n }

const rememberedOf = (
  own: Partial<Remembered> = {},
  seen = containerSeen('RUNNING', 'RUNNING'),
): Remembered => ({
  seen,
  status: STATUSES.RUNNING,
  pending: null,
  unwritten: null,
  again: false,
  ...own,
})

describe('a commit in the place of another', () => {
  const todo = { makeDirectory: false, setAside: true, write: 'new' }
  it('is itself where nothing was left undone', () => {
    expect(inPlaceOf(null, todo)).toEqual(todo)
    expect(inPlaceOf(PENDING, todo)).toEqual(todo)
  })
  it('takes over what was left undone, but for what was to be written', () => {
    expect(inPlaceOf({ makeDirectory: true, setAside: false, write: 'old' }, todo)).toEqual({
      makeDirectory: true,
      setAside: true,
      write: 'new',
    })
  })
})

describe('what a new look starts from', () => {
  const fresh = containerSeen('STOPPED', 'CREATED')
  it('is the file as it was read', () => {
    expect(recalled(fresh, rememberedOf(), 7n)).toEqual({ ...fresh, aliveAt: 7n })
  })
  it('is what memory has where the file does not have it yet', () => {
    const { file, checkpoint } = containerSeen('RUNNING', 'RUNNING')
    expect(recalled(fresh, rememberedOf({ pending: PENDING }), 7n)).toEqual({
      ...fresh,
      file,
      checkpoint,
      aliveAt: 7n,
    })
  })
  it.each([
    [STATUSES.RUNNING, 7n],
    [STATUSES.CREATED, 0n],
    [STATUSES.EXITED, 0n],
    [{ ...STATUSES.RUNNING, unknown: true }, 0n],
  ])('says when it was last alive only of one that ran (%#)', (status, aliveAt) =>
    expect(recalled(fresh, rememberedOf({ status }), 7n).aliveAt).toBe(aliveAt),
  )
})

describe('the document of a checkpoint', () => {
  it('is that which was read', () => {
    const seen = containerSeen('RUNNING', { kind: 'text', text: '{"Version":"v1","New":1}' })
    expect(documentOf(seen)).toEqual({
      kind: 'object',
      entries: [
        ['Version', { kind: 'string', value: 'v1' }],
        ['New', { kind: 'number', text: '1' }],
      ],
    })
  })
  it('is none where it could not be read', () => {
    expect(documentOf(containerSeen('RUNNING', 'UNREADABLE'))).toBeNull()
  })
})

describe('an exit that is still to come', () => {
  it.each([
    ['RUNNING', true],
    ['CREATED', true],
    ['PAUSED', true],
    ['PAUSING', true],
    ['UNKNOWN', true],
    ['UNREACHABLE', true],
    ['STOPPED', false],
    ['MISSING', false],
  ] as const)('is one of a task seen as %s: %s', (task, expected) => {
    const seen = containerSeen(task, 'RUNNING')
    expect(mayStillExit(rememberedOf({}, seen))).toBe(expected)
    expect(mayStillExit(rememberedOf({ status: STATUSES.EXITED }, seen))).toBe(false)
  })
})

describe('what a wait told', () => {
  const stopped = { kind: 'found', task: taskReply('web', { status: 'stopped', ...EXIT }) } as const
  it.each<TaskStatus>(['running', 'created', 'paused', 'pausing', 'unknown', 'other'])(
    'is that the task has stopped, with all else that was known: %s',
    (status) =>
      expect(stoppedLook({ kind: 'found', task: taskReply('web', { status }) }, 'web', EXIT)).toEqual(
        stopped,
      ),
  )
  it('is no news of a task that was seen to have stopped', () => {
    expect(stoppedLook(LOOKS.STOPPED, 'web', EXIT)).toBe(LOOKS.STOPPED)
  })
  it.each(['MISSING', 'UNREACHABLE'] as const)('stands for a task that is not there: %s', (task) => {
    for (const exitedAt of [EXITED_AT, null])
      expect(stoppedLook(LOOKS[task], 'web', { exitStatus: 7, exitedAt })).toEqual({
        kind: 'found',
        task: {
          id: 'web',
          pid: 0,
          status: 'stopped',
          exitStatus: 7,
          exitedAt,
          terminal: false,
          stdin: '',
          stdout: '',
          stderr: '',
        },
      })
  })
})

describe('a kill for want of memory', () => {
  it('is named, and is to be written with all that is not ours', () => {
    const text = `${encodeCheckpoint(STATUSES.RUNNING, null).slice(0, -1)},"New":1}`
    const seen = containerSeen('RUNNING', { kind: 'text', text })
    const status = { ...STATUSES.RUNNING, reason: 'OOMKilled' }
    const written = encodeCheckpoint(status, documentOf(seen))
    const file = { kind: 'text', text: written } as const
    expect(withOom(rememberedOf({ unwritten: 'no space', again: true }, seen))).toEqual({
      seen: { ...seen, file, checkpoint: readCheckpoint(file) },
      status,
      pending: { makeDirectory: false, setAside: false, write: written },
      unwritten: 'no space',
      again: true,
    })
    expect(written).toContain('"Reason":"OOMKilled"')
    expect(written).toContain('"New":1')
  })
  it('waits for what an earlier write left undone (L5)', () => {
    const seen = containerSeen('RUNNING', fileOf('RUNNING'))
    const left = { makeDirectory: true, setAside: true, write: 'earlier' }
    expect(withOom(rememberedOf({ pending: left }, seen)).pending).toEqual({
      makeDirectory: true,
      setAside: true,
      write: expect.stringContaining('"Reason":"OOMKilled"'),
    })
  })
  it('is kept in memory alone where the checkpoint cannot be read', () => {
    const seen: ContainerSeen = containerSeen('RUNNING', 'UNREADABLE')
    const remembered = rememberedOf({ status: UNREADABLE_STATUS }, seen)
    expect(withOom(remembered)).toEqual({
      ...remembered,
      status: { ...UNREADABLE_STATUS, reason: 'OOMKilled' },
    })
  })
  it('is read back from the checkpoint as it should stand', () => {
    const seen = containerSeen('RUNNING', fileOf('RUNNING'))
    const { checkpoint } = withOom(rememberedOf({}, seen)).seen
    expect(rightOf(checkpoint).status).toEqual({ ...STATUSES.RUNNING, reason: 'OOMKilled' })
  })
})
