import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import type { Fault, FileEntry, World } from '../../adapters/memory/index.js'
import { emptyWorld } from '../../adapters/memory/index.js'
import type { TaskReply, TaskStatus } from '../../core/records.js'
import type { FailureTag } from '../../ports/failure.js'
import golden from './load-container.json' with { type: 'json' }

/** The container of a golden row, and the pod that it is in. */
export const CONTAINER = 'web'
const POD = 'pod'
/** What the clock of a golden world shows. */
export const NOW = 1_800_000_000_000_000_000n

export type GoldenCheckpoint = keyof typeof golden.checkpoints
export type GoldenTask = keyof typeof golden.tasks

const DIRECTORY = `containers/${CONTAINER}`

const filesOf = (checkpoint: GoldenCheckpoint): readonly FileEntry[] => {
  if (checkpoint === 'dirmissing') return [entry('containers', { kind: 'directory' })]
  if (checkpoint === 'missing') return [entry(DIRECTORY, { kind: 'directory' })]
  if (checkpoint === 'isdir') return [entry(`${DIRECTORY}/status`, { kind: 'directory' })]
  return [entry(`${DIRECTORY}/status`, { base64: golden.checkpoints[checkpoint].file })]
}

interface Behaviour {
  /** null: there is no task */
  readonly status: TaskStatus | null
  readonly exitedAt?: bigint | null
  readonly fails?: { readonly call: 'tasks.get' | 'tasks.watch' | 'tasks.delete'; readonly notFound?: true }
}

/** At 1700000000.123456789, with exit status 7. */
const STOPPED = { status: 'stopped', exitedAt: 1_700_000_000_123_456_789n } as const

/** The port's `get` is the reference's load and status in one: the two answer alike here. */
const BEHAVIOURS: Readonly<Record<GoldenTask, Behaviour>> = {
  notfound: { status: null },
  err: { status: 'running', fails: { call: 'tasks.get' } },
  statusNotFound: { status: 'running', fails: { call: 'tasks.get', notFound: true } },
  statusErr: { status: 'running', fails: { call: 'tasks.get' } },
  created: { status: 'created' },
  running: { status: 'running' },
  runningWaitNotFound: { status: 'running', fails: { call: 'tasks.watch', notFound: true } },
  runningWaitErr: { status: 'running', fails: { call: 'tasks.watch' } },
  stopped: STOPPED,
  stoppedDeleteErr: { ...STOPPED, fails: { call: 'tasks.delete' } },
  stoppedZeroTime: { ...STOPPED, exitedAt: null },
  stoppedEpoch: { ...STOPPED, exitedAt: 0n },
  paused: { status: 'paused' },
  pausing: { status: 'pausing' },
  unknown: { status: 'unknown' },
  empty: { status: 'other' },
}

const taskOf = (id: string, status: TaskStatus, exitedAt: bigint | null): TaskReply => ({
  id,
  status,
  pid: golden.pid,
  exitStatus: status === 'stopped' ? 7 : 0,
  exitedAt,
  terminal: false,
  stdin: '',
  stdout: '',
  stderr: '',
})

const faultOf = (call: string, answer: FailureTag): Fault => ({
  call,
  id: CONTAINER,
  answer,
  said: 'golden',
  unreached: null,
  when: 'before',
  from: 1,
  times: null,
})

/**
 * The node of a golden row: the container with this checkpoint and this task, in a pod that runs. `failing` is what
 * a call of the row fails with where the row only says that it is not NotFound.
 */
export const goldenWorld = (
  checkpoint: GoldenCheckpoint,
  task: GoldenTask,
  failing: Exclude<FailureTag, 'NotFound'> = 'Denied',
): World => {
  const { status, exitedAt = null, fails } = BEHAVIOURS[task]
  const own = status === null ? [] : [taskOf(CONTAINER, status, exitedAt)]
  return {
    ...emptyWorld(NOW),
    about: `golden row ${checkpoint} × ${task}`,
    containers: [sandboxRecord(POD), containerRecord(CONTAINER, POD)],
    tasks: [taskOf(POD, 'running', null), ...own],
    files: filesOf(checkpoint),
    faults: fails === undefined ? [] : [faultOf(fails.call, fails.notFound ? 'NotFound' : failing)],
  }
}

export const isGoldenCheckpoint = (name: string): name is GoldenCheckpoint =>
  Object.hasOwn(golden.checkpoints, name)
export const isGoldenTask = (name: string): name is GoldenTask => Object.hasOwn(golden.tasks, name)
