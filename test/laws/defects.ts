import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Wiring } from '../../adapters/fast-check/laws/recorded.js'
import { taskReply } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, entry, TASKS, type TaskForm } from '../../adapters/fast-check/worlds.js'
import type { FileEntry } from '../../adapters/memory/index.js'
import type { TaskReply } from '../../core/records.js'
import type { Checkpoints } from '../../ports/checkpoints.js'
import type { Directories } from '../../ports/directories.js'
import { failure } from '../../ports/failure.js'
import { newSwitch } from '../../ports/signal.js'
import type { Tasks } from '../../ports/tasks.js'

/** Adapters with a defect, of the kind that somebody once had; each breaks the law that is beside it. */

export interface Defect {
  readonly law: string
  readonly says: string
  readonly task: TaskForm
  readonly files: readonly FileEntry[]
  readonly wire: Wiring
}

const patient = newSwitch().signal

const withCheckpoints =
  (worsen: (own: Checkpoints, tasks: Tasks) => Partial<Checkpoints>): Wiring =>
  ({ ports }) => ({
    ...ports,
    checkpoints: { ...ports.checkpoints, ...worsen(ports.checkpoints, ports.tasks) },
  })
const withTasks =
  (worsen: (own: Tasks) => Partial<Tasks>): Wiring =>
  ({ ports }) => ({ ...ports, tasks: { ...ports.tasks, ...worsen(ports.tasks) } })
const withDirectories =
  (worsen: (own: Directories) => Partial<Directories>): Wiring =>
  ({ ports }) => ({ ...ports, directories: { ...ports.directories, ...worsen(ports.directories) } })

const withoutCode = (task: TaskReply): TaskReply => ({ ...task, exitStatus: 0 })

const COLUMNS = ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Message']
/** As a table keeps it that has a column for each field, those of 64 bits in floating point. */
const throughColumns = (text: string): string => {
  const row: Record<string, unknown> = JSON.parse(text)
  return JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, row[name]])))
}

export const DEFECTS: readonly Defect[] = [
  {
    law: 'L3',
    says: 'a store that says it wrote, and forgets',
    task: TASKS.running,
    files: CHECKPOINTS.created,
    wire: withCheckpoints(() => ({ write: () => TE.right(undefined) })),
  },
  {
    law: 'L4',
    says: 'a store whose times are floating point',
    task: TASKS.stopped,
    files: CHECKPOINTS.running,
    wire: withCheckpoints((own) => ({ write: (id, text) => own.write(id, throughColumns(text)) })),
  },
  {
    law: 'L6',
    says: 'a store that deletes the task before it writes its exit',
    task: TASKS.stopped,
    files: CHECKPOINTS.running,
    wire: withCheckpoints((own, tasks) => ({
      write: (id, text) => async () => {
        await tasks.delete(id, patient)()
        return own.write(id, text)()
      },
    })),
  },
  {
    law: 'L6 truth',
    says: 'a client that drops exit codes',
    task: TASKS.stopped,
    files: CHECKPOINTS.running,
    wire: withTasks((own) => ({
      get: (id, signal) => TE.Monad.map(own.get(id, signal), withoutCode),
      list: (signal) => TE.Monad.map(own.list(signal), (all) => all.map(withoutCode)),
      delete: (id, signal) => TE.Monad.map(own.delete(id, signal), (exit) => ({ ...exit, exitStatus: 0 })),
    })),
  },
  {
    law: 'L7',
    says: 'a listing that ends before its end',
    task: TASKS.running,
    files: CHECKPOINTS.running,
    wire: ({ ports }) => ({
      ...ports,
      containers: {
        ...ports.containers,
        list: (kind, signal) =>
          TE.Monad.map(ports.containers.list(kind, signal), (all) => (kind === 'container' ? [] : all)),
      },
    }),
  },
  {
    law: 'L11',
    says: 'a client that takes a broken connection for an absence',
    task: TASKS['broken connection'],
    files: CHECKPOINTS.running,
    wire: withTasks((own) => ({
      list: () => TE.right([]),
      get: (id, signal) =>
        TE.mapLeft(() => failure('NotFound', 'get', 'containerd', ''))(own.get(id, signal)),
    })),
  },
  {
    law: 'L11 harm',
    says: 'a client that remembers what containerd does not answer',
    task: TASKS['broken connection'],
    files: CHECKPOINTS.created,
    wire: withTasks((own) => ({
      list: () => TE.right([]),
      get: (id, signal) => async () => {
        const reply = await own.get(id, signal)()
        return E.isLeft(reply) ? E.right(taskReply(id, { status: 'created' })) : reply
      },
    })),
  },
  {
    law: 'L12',
    says: 'a client that says it waits, and does not',
    task: TASKS.running,
    files: CHECKPOINTS.running,
    wire: withTasks(() => ({
      watch: () => TE.right({ exited: new Promise(() => undefined), close: () => undefined }),
    })),
  },
  {
    law: 'L13',
    says: 'a file system that removes another directory',
    task: TASKS.running,
    files: [
      ...CHECKPOINTS.running,
      entry('containers/old/left', { text: '' }),
      entry('sandboxes/pod/left', { text: '' }),
    ],
    wire: withDirectories((own) => ({
      remove: (base, name, signal) => own.remove(base, name === 'old' ? 'web' : name, signal),
    })),
  },
  {
    law: 'L15',
    says: 'a store with a column for each field that it knows',
    task: TASKS.stopped,
    files: CHECKPOINTS['running, with more'],
    wire: withCheckpoints((own) => ({ write: (id, text) => own.write(id, throughColumns(text)) })),
  },
  {
    law: 'L16',
    says: 'a store that never lets go of a pid',
    task: TASKS.stopped,
    files: CHECKPOINTS.running,
    wire: withCheckpoints((own) => ({
      write: (id, text) => own.write(id, text.replace('"Pid":0', '"Pid":99')),
    })),
  },
  {
    law: 'L17',
    says: 'a client that asks twice, to be sure',
    task: TASKS.stopped,
    files: CHECKPOINTS.running,
    wire: withTasks((own) => ({
      delete: (id, signal) => async () => {
        await own.delete(id, signal)()
        return own.delete(id, signal)()
      },
    })),
  },
]
