import fc from 'fast-check'
import { isRight } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { status as anyStatus, int64, uint32 } from '../../adapters/fast-check/arbitraries/values.js'
import {
  EXITED_AT,
  FINISHED_AT,
  fileOf,
  LOOKS,
  NOW,
  STARTED_AT,
  STATUSES,
  taskReply,
} from '../../adapters/fast-check/seen.js'
import { readCheckpoint } from '../../core/checkpoint.js'
import type { CheckpointFile } from '../../core/records.js'
import {
  isRescued,
  planRescue,
  RESCUE_PLANS,
  RESCUE_TABLE,
  type RescueItem,
  type RescueSeen,
} from '../../core/rescue.js'
import { rescueReport } from '../../core/rescue-report.js'
import type { TaskSeen } from '../../core/seen.js'
import { CHECKPOINTS_SEEN, type CheckpointSeen, stateOf } from '../../core/status.js'

const TASKS = Object.keys(LOOKS) as readonly TaskSeen[]
const CELLS = TASKS.flatMap((task) => CHECKPOINTS_SEEN.map((checkpoint) => [task, checkpoint] as const))

const seenWith = (task: TaskSeen, file: CheckpointFile, own: Partial<RescueSeen> = {}): RescueSeen => ({
  id: 'web',
  look: LOOKS[task],
  file,
  checkpoint: readCheckpoint(file),
  oomKilled: false,
  now: NOW,
  ...own,
})
const textFile = (text: string): CheckpointFile => ({ kind: 'text', text })
const planOf = (task: TaskSeen, checkpoint: CheckpointSeen, own: Partial<RescueSeen> = {}): RescueItem =>
  planRescue(seenWith(task, checkpoint === 'UNREADABLE' ? textFile('{') : fileOf(checkpoint), own))

const written = ({ commit }: RescueItem) => readCheckpoint(textFile(commit.write ?? ''))
const statusWritten = (item: RescueItem) => {
  const read = written(item)
  return isRight(read) ? read.right.status : null
}

describe('the rescue table', () => {
  it('has a plan for each of its 40 cells', () => {
    expect(CELLS).toHaveLength(40)
    for (const [task, checkpoint] of CELLS)
      expect(RESCUE_PLANS).toHaveProperty(RESCUE_TABLE[task][checkpoint])
  })
  it.each(Object.entries(RESCUE_PLANS))('says of %s why, in one sentence', (_rule, { why }) => {
    expect(why).toMatch(/^[A-Z].*\.$/)
  })
  it('uses each of its plans', () => {
    const used = new Set(CELLS.map(([task, checkpoint]) => RESCUE_TABLE[task][checkpoint]))
    expect(used).toEqual(new Set(Object.keys(RESCUE_PLANS)))
  })
  it.each(CELLS)(
    'writes for %s × %s only where an exit was told that is not on record',
    (task, checkpoint) => {
      const item = planOf(task, checkpoint)
      const learns = task === 'STOPPED' && checkpoint !== 'EXITED'
      expect([item.task, item.checkpoint]).toEqual([task, checkpoint])
      expect(item.commit).toEqual({
        makeDirectory: false,
        setAside: learns && checkpoint === 'UNREADABLE',
        write: learns ? expect.any(String) : null,
      })
      expect(item.obstacle).toBeNull()
      expect(item.after === item.before).toBe(!learns)
    },
  )
})

describe('a task that ended', () => {
  it.each(['BLANK', 'CREATED', 'RUNNING'] as const)('is written down over %s with what was known', (form) => {
    const item = planOf('STOPPED', form)
    const before = STATUSES[form]
    expect(statusWritten(item)).toEqual({
      ...before,
      pid: 0,
      finishedAt: EXITED_AT,
      exitCode: 7,
      message: expect.stringContaining('cri-recover rescue'),
    })
    expect(stateOf(item.after)).toBe('CONTAINER_EXITED')
    expect(isRescued(item.after)).toBe(true)
  })
  it('keeps the first exit on record', () => {
    const item = planOf('STOPPED', 'EXITED')
    expect(item).toMatchObject({ rule: 'recorded-already', after: { exitCode: 3, finishedAt: FINISHED_AT } })
    expect(isRescued(item.after)).toBe(false)
  })
  it('has what cannot be read set aside, and is made anew from what is certain', () => {
    const item = planOf('STOPPED', 'UNREADABLE')
    expect(item).toMatchObject({ rule: 'rescued-anew', commit: { setAside: true } })
    expect(statusWritten(item)).toMatchObject({ createdAt: 0n, startedAt: 0n, reason: '', exitCode: 7 })
  })
  it('has nothing set aside where there is no file', () => {
    const item = planRescue(seenWith('STOPPED', { kind: 'missing', directory: true }))
    expect(item.commit).toMatchObject({ setAside: false, write: expect.any(String) })
  })
  it.each<[string, CheckpointFile]>([
    ['it has no directory', { kind: 'missing', directory: false }],
    ['a directory stands in its place', { kind: 'not-a-file', what: 'directory' }],
    ['its checkpoint could not be read this time: EIO', { kind: 'unreadable', why: 'EIO' }],
  ])('is not written where %s', (obstacle, file) => {
    const item = planRescue(seenWith('STOPPED', file))
    expect(item).toMatchObject({ obstacle, commit: { setAside: false, write: null } })
    expect(planRescue(seenWith('RUNNING', file)).obstacle).toBeNull()
  })
  it.each([
    [137, true, 'OOMKilled'],
    [137, false, ''],
    [7, true, ''],
  ])('with %i and OOM kills counted: %s has the reason "%s"', (exitStatus, oomKilled, reason) => {
    const task = taskReply('web', { status: 'stopped', exitStatus, exitedAt: EXITED_AT })
    const item = planOf('STOPPED', 'RUNNING', { look: { kind: 'found', task }, oomKilled })
    expect(item.after).toMatchObject({ reason, exitCode: exitStatus })
  })
  it.each([
    [null, NOW],
    [0n, NOW],
    [STARTED_AT - 1n, STARTED_AT],
    [EXITED_AT, EXITED_AT],
  ])('at %s has its end at %s', (exitedAt, finishedAt) => {
    const task = taskReply('web', { status: 'stopped', exitStatus: 7, exitedAt })
    expect(planOf('STOPPED', 'RUNNING', { look: { kind: 'found', task } }).after.finishedAt).toBe(finishedAt)
  })
  it('is not written over a checkpoint of a containerd that knows more (F9)', () => {
    const item = planRescue(seenWith('STOPPED', textFile('{"Version":"v2","FinishedAt":5}')))
    expect(item).toMatchObject({
      commit: { setAside: false, write: null },
      obstacle: expect.stringContaining('version'),
    })
  })
  it('keeps fields that nobody here knows', () => {
    const more = '"New":{"n":12345678901234567890,"f":1e400},"Restore":false'
    const item = planRescue(seenWith('STOPPED', textFile(`{${more},"Version":"v1","CreatedAt":5,"Pid":9}`)))
    expect(item.commit.write).toContain('"New":{"n":12345678901234567890,"f":1e400}')
    expect(item.commit.write).toContain('"Restore":false')
  })
})

describe('a rescue', () => {
  const message = 'Its shim told how it ended while containerd was down (cri-recover rescue).'
  it('is known by its message, beside an exit', () => {
    expect(planOf('STOPPED', 'RUNNING').after.message).toBe(message)
    expect(isRescued({ ...STATUSES.EXITED, message })).toBe(true)
    expect(isRescued({ ...STATUSES.RUNNING, message })).toBe(false)
    expect(isRescued(STATUSES.EXITED)).toBe(false)
  })
  it.each(['fifo', 'symlink', 'file', 'socket', 'device'] as const)(
    'sets aside what is no file: a %s',
    (what) => {
      const item = planRescue(seenWith('STOPPED', { kind: 'not-a-file', what }))
      expect(item).toMatchObject({ obstacle: null, commit: { setAside: true, write: expect.any(String) } })
    },
  )
})

describe('any task beside any checkpoint', () => {
  const anySeen = fc
    .record({
      task: fc.constantFrom(...TASKS),
      status: anyStatus,
      garbage: fc.option(fc.string()),
      exit: fc.record({ exitStatus: uint32, exitedAt: fc.option(int64) }),
      oomKilled: fc.boolean(),
      now: int64,
    })
    .map(({ task, status, garbage, exit, oomKilled, now }): RescueSeen => {
      const { pid, createdAt, startedAt, finishedAt, exitCode, reason, message } = status
      const text = `{"Version":"v1","Pid":${pid},"CreatedAt":${createdAt},"StartedAt":${startedAt},"FinishedAt":${finishedAt},"ExitCode":${exitCode},"Reason":${JSON.stringify(reason)},"Message":${JSON.stringify(message)},"Own":1}`
      const look = LOOKS[task]
      return seenWith(task, textFile(garbage ?? text), {
        look: look.kind === 'found' ? { ...look, task: { ...look.task, ...exit } } : look,
        oomKilled,
        now,
      })
    })

  it('is decided, never undoes a life, and changes nothing the second time (L1, L3, L4, L16)', () => {
    fc.assert(
      fc.property(anySeen, (seen) => {
        const item = planRescue(seen)
        if (item.commit.write === null) {
          expect(item.after).toEqual(item.before)
          return
        }
        expect(item.after.pid).toBe(0)
        expect(item.after.finishedAt).toBeGreaterThanOrEqual(item.after.startedAt)
        expect(item.after.finishedAt).toBeGreaterThanOrEqual(item.after.createdAt)
        expect(item.after.finishedAt).not.toBe(0n)
        const again = planRescue(seenWith(item.task, textFile(item.commit.write), { look: seen.look }))
        expect(again.commit).toEqual({ makeDirectory: false, setAside: false, write: null })
        expect(again.after).toEqual(item.after)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the report of a rescue', () => {
  const SOURCE = { kind: 'containerd', address: '/a', containerd: null, root: '/r', state: '/s' } as const
  const rowOf = (item: RescueItem, more: { silent?: string; unwritten?: string } = {}) =>
    rescueReport(SOURCE, [{ item, silent: null, unwritten: null, actions: [], ...more }]).containers[0]

  it('says what would be written, and what was', () => {
    const item = planOf('STOPPED', 'RUNNING')
    expect(rowOf(item)?.problems).toEqual([
      { code: 'rescued', severity: 'info', message: 'To be written down: it ended with exit code 7.' },
    ])
    const actions = [{ kind: 'write-checkpoint', outcome: 'done', detail: null } as const]
    const [row] = rescueReport(SOURCE, [{ item, silent: null, unwritten: null, actions }]).containers
    expect(row?.problems[0]?.message).toBe('Written down: it ended with exit code 7.')
  })
  it('tells a loss where it could not be written, and shows the container as it stays', () => {
    const row = rowOf(planOf('STOPPED', 'RUNNING'), { unwritten: 'no space left' })
    expect(row).toMatchObject({ state: 'CONTAINER_RUNNING', exitCode: 0, finishedAt: 0n })
    expect(row?.problems).toMatchObject([{ code: 'checkpoint-not-durable', severity: 'loss' }])
  })
  it('warns of a shim that told nothing', () => {
    expect(rowOf(planOf('UNREACHABLE', 'RUNNING'), { silent: 'it hangs' })?.problems).toMatchObject([
      { code: 'shim-silent', severity: 'warning', message: expect.stringContaining('it hangs') },
    ])
  })
  it('lists by id, whatever came first', () => {
    const items = ['b', 'c', 'a'].map((id) => ({ ...planOf('RUNNING', 'RUNNING'), id }))
    const all = items.map((item) => ({ item, silent: null, unwritten: null, actions: [] }))
    expect(rescueReport(SOURCE, all).containers.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
  })
})
