import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, NOW, STATUSES, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import type { FileEntry, World } from '../../adapters/memory/index.js'
import { emptyWorld } from '../../adapters/memory/index.js'
import { encodeCheckpoint } from '../../core/checkpoint.js'
import type { ContainerRecord, TaskReply } from '../../core/records.js'

/** Small nodes to search: one pod, the containers `a` and `b` in it, and what may befall them. */

/** How far a search goes. What is not bounded here is not bounded. */
export interface Bounds {
  /** How often the process is killed */
  readonly crashes: number
  /** Which tasks may end by themselves, each once */
  readonly mortal: readonly string[]
  /** Whether containerd may stop and start, once */
  readonly restarts: boolean
  /** How many items are worked on side by side */
  readonly concurrency: number
}

export interface SmallNode {
  readonly name: string
  readonly world: World
  readonly bounds: Bounds
  /** How many states it has within them: it changes with the program, and then on purpose */
  readonly states: number
}

/** What a container is found as. */
interface Form {
  readonly task: Partial<TaskReply> | null
  readonly status: string
}

const running = encodeCheckpoint(STATUSES.RUNNING, null)
const FORMS = {
  running: { task: {}, status: running },
  stopped: { task: { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT }, status: running },
  'stopped, unreadable': {
    task: { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT },
    status: '{"Version":"v1","Pid',
  },
  'being started': { task: { status: 'created' }, status: encodeCheckpoint(STATUSES.CREATED, null) },
  'started unseen': { task: {}, status: encodeCheckpoint(STATUSES.CREATED, null) },
  gone: { task: null, status: running },
  unreadable: { task: {}, status: '{"Version":"v1","Pid' },
} as const satisfies Readonly<Record<string, Form>>

const files = (id: string, { status }: Form): readonly FileEntry[] => [
  entry(`containers/${id}/status`, { text: status }),
]

const tasks = (id: string, { task }: Form): readonly TaskReply[] =>
  task === null ? [] : [taskReply(id, task)]

/** As it was made for `web`: two of these have one name. */
const namesake = (id: string): ContainerRecord => ({ ...containerRecord('web', 'pod'), id })

interface Asked {
  readonly of: readonly [keyof typeof FORMS, keyof typeof FORMS]
  /** Whether both have one name */
  readonly clash: boolean
  readonly bounds: Omit<Bounds, 'concurrency'>
  readonly states: number
}

const nodeOf = ({ of: [a, b], clash, bounds, states }: Asked): SmallNode => ({
  name: `${a} and ${b}${clash ? ', one name' : ''}${bounds.restarts ? ', containerd restarts' : ''}`,
  world: {
    ...emptyWorld(NOW),
    containers: [
      sandboxRecord('pod'),
      ...['a', 'b'].map((id) => (clash ? namesake(id) : containerRecord(id, 'pod'))),
    ],
    tasks: [taskReply('pod'), ...tasks('a', FORMS[a]), ...tasks('b', FORMS[b])],
    files: [...files('a', FORMS[a]), ...files('b', FORMS[b])],
  },
  bounds: { ...bounds, concurrency: 2 },
  states,
})

/**
 * Not everything at once: what befalls a node multiplies, and a restart beside two crashes and two deaths would be
 * millions. Each two of them meet somewhere.
 */
const ASKED: readonly Asked[] = [
  {
    of: ['running', 'running'],
    clash: true,
    bounds: { crashes: 2, mortal: ['a', 'b'], restarts: false },
    states: 25_534,
  },
  {
    of: ['running', 'running'],
    clash: true,
    bounds: { crashes: 0, mortal: ['a'], restarts: true },
    states: 8_805,
  },
  {
    of: ['stopped', 'running'],
    clash: true,
    bounds: { crashes: 2, mortal: [], restarts: true },
    states: 30_885,
  },
  {
    of: ['stopped', 'running'],
    clash: true,
    bounds: { crashes: 2, mortal: ['b'], restarts: false },
    states: 17_166,
  },
  {
    of: ['stopped, unreadable', 'started unseen'],
    clash: false,
    bounds: { crashes: 1, mortal: ['b'], restarts: false },
    states: 13_976,
  },
  {
    of: ['gone', 'unreadable'],
    clash: true,
    bounds: { crashes: 1, mortal: ['b'], restarts: false },
    states: 6_714,
  },
  {
    of: ['being started', 'running'],
    clash: false,
    bounds: { crashes: 2, mortal: ['a'], restarts: false },
    states: 3_514,
  },
]

export const NODES: readonly SmallNode[] = ASKED.map(nodeOf)
