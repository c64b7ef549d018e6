import { describe, expect, it } from 'vitest'
import { CREATED_AT, EXITED_AT, fileOf, LOOKS, NOW, STARTED_AT } from '../../adapters/fast-check/seen.js'
import { readCheckpoint } from '../../core/checkpoint.js'
import type { CheckpointFile } from '../../core/records.js'
import { planRescue, type RescueItem } from '../../core/rescue.js'
import { type Rescued, rescueReport } from '../../core/rescue-report.js'
import type { TaskSeen } from '../../core/seen.js'

const SOURCE = { kind: 'containerd', address: '/a', containerd: null, root: '/r', state: '/s' } as const
const MESSAGE = 'Its shim told how it ended while containerd was down (cri-recover rescue).'

const itemOf = (task: TaskSeen, file: CheckpointFile, id = 'web'): RescueItem =>
  planRescue({ id, look: LOOKS[task], file, checkpoint: readCheckpoint(file), oomKilled: false, now: NOW })
const reportOn = (item: RescueItem, more: Partial<Rescued> = {}) =>
  rescueReport(SOURCE, [{ item, silent: null, unwritten: null, actions: [], ...more }])
const rowOf = (item: RescueItem, more: Partial<Rescued> = {}) =>
  reportOn(item, more).containers[0] ?? expect.unreachable()

const ENDED = itemOf('STOPPED', fileOf('RUNNING'))
const action = (outcome: 'done' | 'failed' | null) =>
  ({ kind: 'write-checkpoint', outcome, detail: null }) as const

describe('the report of a rescue', () => {
  it('is a report like the others, of containers alone', () => {
    const actions = [action('done')]
    expect(reportOn(ENDED, { actions })).toEqual({
      version: 1,
      command: 'rescue',
      profile: 'safe',
      source: SOURCE,
      fatal: null,
      sandboxes: [],
      containers: [
        {
          id: 'web',
          name: null,
          sandboxId: null,
          checkpoint: 'RUNNING',
          task: 'STOPPED',
          rule: 'rescued',
          state: 'CONTAINER_EXITED',
          pid: 0,
          createdAt: CREATED_AT,
          startedAt: STARTED_AT,
          finishedAt: EXITED_AT,
          exitCode: 7,
          reason: 'Error',
          message: MESSAGE,
          monitored: false,
          actions,
          problems: [
            { code: 'rescued', severity: 'info', message: 'Written down: it ended with exit code 7.' },
          ],
        },
      ],
      images: [],
      orphans: [],
      summary: {
        sandboxes: {},
        containers: { CONTAINER_EXITED: 1 },
        images: {},
        orphans: {},
        problems: { rescued: 1 },
      },
    })
  })
  it('may have no container', () => expect(rescueReport(SOURCE, []).containers).toEqual([]))
  it('lists by id, whatever came first', () => {
    const rescued = ['b', 'a', 'C', 'c'].map((id) => ({
      item: itemOf('RUNNING', fileOf('RUNNING'), id),
      silent: null,
      unwritten: null,
      actions: [],
    }))
    expect(rescueReport(SOURCE, rescued).containers.map(({ id }) => id)).toEqual(['C', 'a', 'b', 'c'])
  })
})

describe('a container in the report of a rescue', () => {
  const notDurable = (severity: 'loss' | 'warning', why: string) => ({
    code: 'checkpoint-not-durable',
    severity,
    message: `It ended with exit code 7, and that could not be written down: ${why}.`,
  })
  it.each([
    [[], 'To be written down'],
    [[action(null)], 'To be written down'],
    [[action('failed')], 'To be written down'],
    [[action('failed'), action('done')], 'Written down'],
  ])('says what was written, or is to be (%#)', (actions, said) => {
    expect(rowOf(ENDED, { actions }).problems).toEqual([
      { code: 'rescued', severity: 'info', message: `${said}: it ended with exit code 7.` },
    ])
  })
  it('is shown as it stays where what was learnt could not be written', () => {
    const unwritten = rowOf(ENDED, { unwritten: 'no space' })
    expect(unwritten).toMatchObject({
      state: 'CONTAINER_RUNNING',
      pid: 99,
      exitCode: 0,
      message: '',
      finishedAt: 0n,
    })
    expect(unwritten.problems).toEqual([notDurable('loss', 'no space')])
    const denied = rowOf(itemOf('STOPPED', { kind: 'unreadable', why: 'EIO' }))
    expect(denied).toMatchObject({ state: 'CONTAINER_UNKNOWN', exitCode: 255, reason: 'Unknown' })
    expect(denied.problems).toEqual([notDurable('loss', 'its checkpoint could not be read this time: EIO')])
  })
  it('says why its write failed rather than what stood against it', () => {
    const denied = itemOf('STOPPED', { kind: 'unreadable', why: 'EIO' })
    expect(rowOf(denied, { unwritten: 'no space' }).problems).toEqual([notDurable('loss', 'no space')])
  })
  it('is no loss where it has no directory', () => {
    const none = itemOf('STOPPED', { kind: 'missing', directory: false })
    expect(rowOf(none).problems).toEqual([notDurable('warning', 'it has no directory')])
  })
  it('warns of a shim that told nothing', () => {
    expect(rowOf(itemOf('UNREACHABLE', fileOf('RUNNING')), { silent: 'it hangs' })).toMatchObject({
      rule: 'not-told',
      state: 'CONTAINER_RUNNING',
      problems: [
        {
          code: 'shim-silent',
          severity: 'warning',
          message: 'Its shim told nothing: it hangs. If it ended, how is lost when containerd starts.',
        },
      ],
    })
  })
  it('has no problem where there is nothing to rescue', () => {
    for (const task of ['RUNNING', 'MISSING'] as const)
      expect(rowOf(itemOf(task, fileOf('RUNNING'))).problems).toEqual([])
    expect(rowOf(itemOf('STOPPED', fileOf('EXITED')))).toMatchObject({ exitCode: 3, problems: [] })
  })
})
