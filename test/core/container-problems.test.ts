import { left, right } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { containerSeen, NOW } from '../../adapters/fast-check/seen.js'
import { type ContainerPlan, planContainer } from '../../core/container-plan.js'
import { containerProblems } from '../../core/container-problems.js'
import { expectedPerformance } from '../../core/container-row.js'
import type { ContainerSeen } from '../../core/observation.js'
import type { Performed } from '../../core/performed.js'
import type { CheckpointFile } from '../../core/records.js'
import type { TaskSeen } from '../../core/seen.js'
import type { CheckpointSeen } from '../../core/status.js'
import type { Profile } from '../../core/transitions.js'

const planOf = (
  task: TaskSeen,
  file: CheckpointFile | CheckpointSeen,
  own: Partial<ContainerSeen> = {},
  profile: Profile = 'safe',
): ContainerPlan => planContainer(profile, { ...containerSeen(task, file), ...own }, NOW, null)
const problemsOf = (plan: ContainerPlan, own: Partial<Performed> = {}, shown = true) =>
  containerProblems(plan, { ...expectedPerformance(plan), ...own }, shown)

const told = (code: string, severity: string, message: string) => ({ code, severity, message })
const unknown = (why: string) => told('state-unknown', 'loss', `What became of it cannot be told: ${why}.`)
const NOBODY_WAITS = told('not-monitored', 'warning', 'It lives, and nobody waits for its exit.')
const NO_DIRECTORY: CheckpointFile = { kind: 'missing', directory: false }
const UNREAD = { metadata: left({ why: 'shape', detail: 'garbage' } as const) }

describe('what is to be known about a container', () => {
  it.each([
    ['RUNNING', 'RUNNING'],
    ['STOPPED', 'RUNNING'],
    ['MISSING', 'CREATED'],
    ['MISSING', 'EXITED'],
    ['PAUSED', 'RUNNING'],
  ] as const)('is nothing where all is clear: %s beside %s', (task, checkpoint) =>
    expect(problemsOf(planOf(task, checkpoint))).toEqual([]),
  )
  it('is that its checkpoint cannot be read', () => {
    expect(problemsOf(planOf('STOPPED', { kind: 'text', text: '{' }))).toEqual([
      told(
        'checkpoint-unreadable',
        'warning',
        'Its checkpoint cannot be read (not-json): expected a string at character 1.',
      ),
    ])
    expect(problemsOf(planOf('STOPPED', { kind: 'missing', directory: true }))).toEqual([
      told('checkpoint-unreadable', 'warning', 'Its checkpoint cannot be read (missing): no such file.'),
    ])
  })
  it('is that its directory is gone', () => {
    expect(problemsOf(planOf('STOPPED', NO_DIRECTORY))).toEqual([
      told('directory-missing', 'warning', 'Its directory is gone, and its checkpoint with it.'),
    ])
  })
  it('is that its metadata cannot be read', () => {
    expect(problemsOf(planOf('MISSING', 'EXITED', UNREAD))).toEqual([
      told('metadata-unreadable', 'warning', 'Its metadata cannot be read (shape): garbage.'),
      unknown('without metadata nothing is decided about it'),
    ])
  })
  it('is that its metadata says another id', () => {
    const metadata = right({ ...rightOf(containerSeen('MISSING', 'EXITED').metadata), id: 'other' })
    expect(problemsOf(planOf('MISSING', 'EXITED', { metadata }))).toEqual([
      told('metadata-id', 'warning', 'Its metadata says that it is other.'),
    ])
  })
  it('is that its name belongs to another', () => {
    const parked = { name: 'web', winner: 'a', loser: 'b' }
    expect(problemsOf({ ...planOf('RUNNING', 'RUNNING'), parked })).toEqual([
      told(
        'name-conflict',
        'warning',
        'The name web belongs to a; this container is kept without a name. Remove one of the two.',
      ),
    ])
  })
  it('is that its exit was rescued', () => {
    const message = 'Its shim told how it ended while containerd was down (cri-recover rescue).'
    const text = `{"Version":"v1","CreatedAt":1,"StartedAt":2,"FinishedAt":3,"Message":"${message}"}`
    expect(problemsOf(planOf('MISSING', { kind: 'text', text }))).toEqual([
      told('rescued', 'info', 'Its exit was rescued: its shim told it before containerd forgot.'),
    ])
  })
})

describe('an exit that was lost', () => {
  const since = ' since 2020-09-13T12:26:40.000000002Z'
  const lost = (ran: string) =>
    told('exit-lost', 'loss', `It ran${ran}; its task is gone, so its exit is shown as 255 Unknown.`)
  it('is told with its pid and its start, in both profiles', () => {
    for (const profile of ['safe', 'reference'] as const)
      expect(problemsOf(planOf('MISSING', 'RUNNING', {}, profile))).toEqual([lost(` as pid 99${since}`)])
  })
  it('is told without what is not known', () => {
    const noPid: CheckpointFile = { kind: 'text', text: '{"Version":"v1","StartedAt":1600000000000000002}' }
    expect(problemsOf(planOf('MISSING', noPid))).toEqual([lost(since)])
    const plan = planOf('RUNNING', 'CREATED')
    expect(problemsOf(plan, { ending: 'not_found' })).toContainEqual(lost(' as pid 4242'))
  })
  it('is none where a wait began', () => {
    expect(problemsOf(planOf('RUNNING', 'RUNNING'), { ending: 'done' })).toEqual([])
    expect(problemsOf(planOf('RUNNING', 'RUNNING'), { ending: 'not_found' })).toContainEqual(
      lost(` as pid 99${since}`),
    )
  })
})

describe('the doubt about a container', () => {
  const failed = { kind: 'await-exit', outcome: 'failed', detail: 'it hangs' } as const
  it('has for its reason the pipes that the reference could not open', () => {
    expect(problemsOf(planOf('RUNNING', 'RUNNING', { pipes: 'no such pipe' }, 'reference'))).toEqual([
      unknown('no such pipe'),
    ])
  })
  it('has for its reason why its task could not be looked at', () => {
    expect(problemsOf(planOf('UNREACHABLE', 'RUNNING'))).toEqual([
      unknown('its task could not be looked at: its shim hangs'),
    ])
  })
  it('has for its reason the first action that failed and says why', () => {
    const actions = [
      { ...failed, outcome: 'done', detail: 'no matter' },
      { ...failed, detail: null },
      failed,
      { ...failed, kind: 'delete-task' },
    ] as const
    expect(problemsOf(planOf('RUNNING', 'RUNNING'), { ending: 'failed', actions })).toEqual([
      unknown('await-exit failed: it hangs'),
      NOBODY_WAITS,
    ])
  })
  it('has for its reason that its sandbox was not recovered', () => {
    expect(problemsOf(planOf('MISSING', 'CREATED'), { ending: 'failed', actions: [] })).toEqual([
      unknown('its sandbox was not recovered, so no IO can be made for it'),
    ])
  })
  it('has for its reason what was seen where nothing else is known', () => {
    expect(problemsOf(planOf('UNKNOWN', 'RUNNING'))).toEqual([unknown('task UNKNOWN, checkpoint RUNNING')])
    expect(problemsOf(planOf('MISSING', 'CREATED'), { ending: 'not_found', actions: [] })).toEqual([
      unknown('task MISSING, checkpoint CREATED'),
    ])
    expect(problemsOf(planOf('MISSING', 'BLANK'), { actions: [] })).toEqual([
      unknown('task MISSING, checkpoint BLANK'),
    ])
    const stopped = problemsOf(planOf('STOPPED', 'RUNNING'), { ending: 'failed', actions: [] })
    expect(stopped).toEqual([unknown('task STOPPED, checkpoint RUNNING')])
    expect(problemsOf(planOf('UNKNOWN', 'RUNNING', { pipes: 'no such pipe' }))).toEqual([
      unknown('task UNKNOWN, checkpoint RUNNING'),
    ])
  })
})

describe('a container that lives', () => {
  it.each(['RUNNING', 'PAUSED', 'PAUSING'] as const)(
    'is told of where nobody waits for its exit: %s',
    (task) => {
      expect(problemsOf(planOf(task, 'RUNNING'))).toEqual([])
      expect(problemsOf(planOf(task, 'RUNNING'), { stays: false })).toEqual([
        told('not-monitored', 'info', 'It lives; this command leaves nobody behind who waits for its exit.'),
      ])
      expect(problemsOf(planOf(task, 'RUNNING'), { ending: 'failed' })).toContainEqual(NOBODY_WAITS)
    },
  )
  it('is not told of where its task was gone when it was to be waited for', () => {
    for (const stays of [true, false])
      expect(
        problemsOf(planOf('RUNNING', 'RUNNING', { pipes: 'no such pipe' }), { ending: 'not_found', stays }),
      ).toMatchObject([{ code: 'exit-lost' }])
  })
  it('is told of where what it writes reaches no log', () => {
    const pipes = 'no such pipe'
    const lost = told('log-lost', 'loss', 'It lives, and what it writes reaches no log: no such pipe.')
    expect(problemsOf(planOf('RUNNING', 'RUNNING', { pipes }))).toEqual([lost])
    expect(problemsOf(planOf('STOPPED', 'RUNNING', { pipes }))).toEqual([])
  })
  it('is told of where its start is lost, in both profiles', () => {
    const start = told(
      'start-time-lost',
      'warning',
      'It runs as pid 4242; when it was started is lost, so now stands in its place.',
    )
    expect(problemsOf(planOf('RUNNING', 'CREATED'))).toEqual([start])
    expect(problemsOf(planOf('RUNNING', 'CREATED', {}, 'reference'))).toEqual([start])
  })
})

describe('what could not be done', () => {
  const unwritten = 'no space left'
  const hidden = (why: string) => told('not-listed', 'loss', `containerd would not list it any more${why}.`)
  it('is to write its status down, which safe says', () => {
    expect(problemsOf(planOf('MISSING', 'EXITED'), { unwritten })).toEqual([
      told(
        'checkpoint-not-durable',
        'loss',
        'Its status could not be written down: no space left. The next restart will not know it.',
      ),
    ])
  })
  it('is to list it, which the reference says', () => {
    const plan = planOf('MISSING', 'EXITED', {}, 'reference')
    expect(problemsOf(plan, { unwritten }, false)).toEqual([
      hidden(': its checkpoint cannot be written, no space left'),
    ])
    expect(problemsOf(plan, {}, false)).toEqual([hidden('')])
    expect(problemsOf(plan, { unwritten })).toEqual([])
  })
  it('is to delete its task before its exit is on disk', () => {
    const kept = told(
      'task-kept',
      'warning',
      'Its stopped task is kept, for nothing else knows how it ended.',
    )
    expect(problemsOf(planOf('STOPPED', 'RUNNING'), { ending: 'withheld' })).toEqual([kept])
  })
  it('is to save the tail of its log', () => {
    expect(problemsOf(planOf('STOPPED', 'RUNNING'), { logTail: true })).toEqual([
      told(
        'log-tail',
        'warning',
        'Its stopped task was deleted; lines that were still in its log pipes are gone.',
      ),
    ])
  })
  it('is told after what it is, and before who waits', () => {
    const metadata = right({ ...rightOf(containerSeen('MISSING', 'EXITED').metadata), id: 'other' })
    const plan = planOf('RUNNING', { kind: 'text', text: '{' }, { metadata, pipes: 'no pipe' })
    const own = { unwritten, logTail: true, stays: false } as const
    const codes = (ending: Performed['ending']) =>
      problemsOf(plan, { ...own, ending }, false).map(({ code }) => code)
    const first = ['metadata-id', 'checkpoint-unreadable'] as const
    const last = ['checkpoint-not-durable', 'log-tail', 'not-listed'] as const
    expect(codes('done')).toEqual([...first, 'start-time-lost', 'log-lost', ...last, 'not-monitored'])
    expect(codes('not_found')).toEqual([...first, 'exit-lost', 'start-time-lost', ...last])
  })
})
