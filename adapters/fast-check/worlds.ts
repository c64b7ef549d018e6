import type { TaskReply } from '../../core/records.js'
import type { Fault, FileEntry, World } from '../memory/index.js'
import { emptyWorld } from '../memory/index.js'
import { containerRecord, sandboxRecord } from './records.js'
import { CREATED_AT, EXITED_AT, FINISHED_AT, NOW, STARTED_AT, taskReply } from './seen.js'

/** Worlds of one container, `web` in the pod `pod`: task × checkpoint × clock × what fails. */

export const entry = (path: string, more: Partial<FileEntry> = {}): FileEntry => ({
  in: 'root',
  path,
  kind: 'file',
  text: null,
  base64: null,
  bytes: null,
  unreadable: null,
  ...more,
})

export const fault = (call: string, answer: Fault['answer'], more: Partial<Fault> = {}): Fault => ({
  call,
  id: null,
  answer,
  said: 'a test',
  unreached: null,
  when: 'before',
  from: 1,
  times: null,
  ...more,
})

export interface TaskForm {
  readonly task: Partial<TaskReply> | null
  readonly faults: readonly Fault[]
}

const form = (task: TaskForm['task'], ...faults: readonly Fault[]): TaskForm => ({
  task,
  faults: faults.map((each) => ({ ...each, id: 'web' })),
})
const created = { status: 'created' } as const
const running = { status: 'running' } as const
const stopped = { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT } as const
const broken = { unreached: 'broken' } as const

/** Every way in which a task is seen, and every way in which an effect on it ends. */
export const TASKS = {
  missing: form(null),
  'missing, no IO': form(null, fault('io.create', 'Denied')),
  denied: form(running, fault('tasks.get', 'Denied')),
  'broken connection': form(running, fault('tasks.get', 'Unavailable', broken)),
  silent: form(running, fault('tasks.get', 'hang')),
  created: form(created),
  'created, no process': form({ ...created, pid: 0 }),
  'created, not killed': form(created, fault('tasks.kill', 'Denied')),
  'created, not deleted': form(created, fault('tasks.delete', 'Denied')),
  'created, wait broken': form(created, fault('tasks.exit', 'Unavailable', broken)),
  'created, not watched': form(created, fault('tasks.watch', 'Unavailable', broken)),
  running: form(running),
  'running, gone': form(running, fault('tasks.watch', 'NotFound')),
  'running, not watched': form(running, fault('tasks.watch', 'Unavailable', broken)),
  'running, silent': form(running, fault('tasks.watch', 'hang')),
  stopped: form(stopped),
  'stopped, exit 0': form({ ...stopped, exitStatus: 0 }),
  'stopped, exit 2³²-1': form({ ...stopped, exitStatus: 2 ** 32 - 1 }),
  'stopped, no time': form({ ...stopped, exitedAt: null }),
  'stopped, time 0': form({ ...stopped, exitedAt: 0n }),
  'stopped before its start': form({ ...stopped, exitedAt: STARTED_AT - 1n }),
  'stopped, not deleted': form(stopped, fault('tasks.delete', 'Denied')),
  'stopped, deleted by others': form(stopped, fault('tasks.delete', 'NotFound')),
  'stopped, deleted unheard': form(stopped, fault('tasks.delete', 'Unavailable', { when: 'after' })),
  'stopped, silent': form(stopped, fault('tasks.delete', 'hang')),
  'stopped, not watched': form(stopped, fault('tasks.watch', 'Unavailable', broken)),
  paused: form({ status: 'paused' }),
  'paused, gone': form({ status: 'paused' }, fault('tasks.watch', 'NotFound')),
  pausing: form({ status: 'pausing' }),
  unknown: form({ status: 'unknown' }),
  'unknown, not watched': form({ status: 'unknown' }, fault('tasks.watch', 'Denied')),
  'of another version': form({ status: 'other' }),
} as const satisfies Readonly<Record<string, TaskForm>>

const DIRECTORY = 'containers/web'
const status = (more: Partial<FileEntry>): readonly FileEntry[] => [entry(`${DIRECTORY}/status`, more)]
const REST = '"Reason":"","Message":"","Resources":null}'

/** Checkpoints byte for byte as containerd writes them, and some that nobody should. */
export const WRITTEN = {
  empty: '',
  garbage: '\0\x01\x02\x03',
  v2: `{"Version":"v2","Pid":99,"CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"FinishedAt":${FINISHED_AT},"ExitCode":3,"NewField":{"a":1}}`,
  zero: `{"Version":"v1","Pid":0,"CreatedAt":0,"StartedAt":0,"FinishedAt":0,"ExitCode":0,${REST}`,
  CREATED: `{"Version":"v1","Pid":0,"CreatedAt":${CREATED_AT},"StartedAt":0,"FinishedAt":0,"ExitCode":0,${REST}`,
  RUNNING: `{"Version":"v1","Pid":99,"CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"FinishedAt":0,"ExitCode":0,${REST}`,
  EXITED: `{"Version":"v1","Pid":0,"CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"FinishedAt":${FINISHED_AT},"ExitCode":3,${REST}`,
} as const
const bytes = (name: keyof typeof WRITTEN) =>
  status({ base64: Buffer.from(WRITTEN[name]).toString('base64') })
const UNKNOWN_FIELDS = '"New":{"n":12345678901234567890,"f":1e400},"Restore":false'

export const CHECKPOINTS = {
  missing: [entry(DIRECTORY, { kind: 'directory' })],
  'no directory': [entry('containers', { kind: 'directory' })],
  'directory in its place': status({ kind: 'directory' }),
  fifo: status({ kind: 'fifo' }),
  symlink: status({ kind: 'symlink' }),
  huge: status({ bytes: 1n << 30n }),
  'input/output error': status({ unreadable: 'input/output error' }),
  empty: bytes('empty'),
  garbage: bytes('garbage'),
  v2: bytes('v2'),
  blank: bytes('zero'),
  created: bytes('CREATED'),
  running: bytes('RUNNING'),
  exited: bytes('EXITED'),
  'running, with more': status({
    text: `{${UNKNOWN_FIELDS},"version":"v1","CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"Pid":99}`,
  }),
  'exited, with a pid': status({
    text: `{"Version":"v1","FinishedAt":1,"Pid":99,"ExitCode":0,"Reason":"Completed",${UNKNOWN_FIELDS}}`,
  }),
  'with leftovers': [
    ...bytes('RUNNING'),
    entry(`${DIRECTORY}/.tmp-status1`, { text: '{' }),
    entry(`${DIRECTORY}/status.unreadable-1`, { text: 'older' }),
  ],
} satisfies Readonly<Record<string, readonly FileEntry[]>>

export const CLOCKS: Readonly<Record<string, bigint>> = {
  now: NOW,
  'before its creation': CREATED_AT - 1_000n,
  'at 1970': 0n,
  'at the end of time': 2n ** 63n - 2_000_000_000_000n,
}

/** What the file system refuses. */
export const STORAGE: Readonly<Record<string, readonly Fault[]>> = {
  'is full': [fault('checkpoints.write', 'Exhausted')],
  'does not answer': [fault('checkpoints.write', 'hang')],
  'writes unheard': [fault('checkpoints.write', 'TimedOut', { when: 'after' })],
  'keeps nothing aside': [fault('checkpoints.setAside', 'Exhausted')],
  'makes no directory': [fault('checkpoints.makeDirectory', 'Denied')],
  'does not read': [fault('checkpoints.read', 'Denied')],
  'does not sweep': [fault('checkpoints.sweep', 'Denied')],
}

export const worldOf = (
  { task, faults }: TaskForm,
  files: readonly FileEntry[],
  now: bigint,
  storage: readonly Fault[] = [],
): World => ({
  ...emptyWorld(now),
  containers: [sandboxRecord('pod'), containerRecord('web', 'pod')],
  tasks: [taskReply('pod'), ...(task === null ? [] : [taskReply('web', task)])],
  files,
  faults: [...faults, ...storage],
})

/** A world, and what it is made of. */
export interface NamedWorld {
  readonly checkpoint: string
  readonly clock: string
  readonly storage: string
  readonly world: World
}

/** Every checkpoint at every time, and beside every trouble of the file system. */
export const worldsOf = (task: TaskForm): readonly NamedWorld[] =>
  Object.entries(CHECKPOINTS).flatMap(([checkpoint, files]) => [
    ...Object.entries(CLOCKS).map(([clock, now]) => ({
      checkpoint,
      clock,
      storage: 'works',
      world: worldOf(task, files, now),
    })),
    ...Object.entries(STORAGE).map(([storage, faults]) => ({
      checkpoint,
      clock: 'now',
      storage,
      world: worldOf(task, files, NOW, faults),
    })),
  ])
