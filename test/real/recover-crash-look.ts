import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskStatus } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import { checkpointPath, setField } from '../lab/checkpoints.js'
import { filesBelow } from '../lab/snapshot.js'
import { type CrashNode, folderOf, NAMES, type Name, tasksOf } from './recover-crash-node.js'
import { GARBAGE } from './recover-story.js'

/** What can be seen of the node between two recoveries. */
export interface Look {
  /** The checkpoints; null where there is none */
  readonly texts: ReadonlyMap<Name, string | null>
  /** Names below which the unreadable checkpoint lies, whole */
  readonly unreadable: readonly string[]
  /** What a recovery clears away, its own and others' */
  readonly left: readonly string[]
  /** Who has its directories, below root and below state */
  readonly housed: readonly Name[]
  readonly tasks: ReadonlyMap<Name, { readonly status: TaskStatus; readonly pid: number }>
}

const LEFT = /\/\.tmp-status|\/orphan(?:\/|$)|^cri-recover\.lock\/.*\D/

export const look = async ({ lab, containers }: CrashNode): Promise<Look> => {
  const [root, state, tasks] = [
    await filesBelow(lab.criRoot),
    await filesBelow(lab.criState),
    await tasksOf(lab),
  ]
  const texts = new Map<Name, string | null>()
  const known: [Name, { status: TaskStatus; pid: number }][] = []
  const housed: Name[] = []
  for (const name of NAMES) {
    const { id } = containers[name]
    texts.set(name, await readFile(checkpointPath(lab, id), 'latin1').catch(() => null))
    const task = tasks.get(id)
    if (task !== undefined) known.push([name, { status: task.status, pid: task.pid }])
    if ([root, state].every((files) => files[join('containers', id)]?.type === 'directory')) housed.push(name)
  }
  const folder = join(folderOf(lab), containers.eight.id)
  const unreadable: string[] = []
  for (const name of Object.keys(await filesBelow(folder)))
    if (GARBAGE.equals(await readFile(join(folder, name)))) unreadable.push(name)
  const left = [...Object.keys(root), ...Object.keys(state)].filter((path) => LEFT.test(path))
  return { texts, unreadable, left, housed, tasks: new Map(known) }
}

/** When whose task ended, in ns since 1970. Each history has tasks of its own, and so other times. */
export type Times = ReadonlyMap<Name, string>

/**
 * Without the start of whoever was found running without a checkpoint: that is the time of the recovery which found
 * it, and no two of them begin at the same time.
 */
export const startless = (name: Name, text: string | null): string | null =>
  text === null || name !== 'homeless' ? text : setField(text, 'StartedAt', '0')

/** What a checkpoint that was seen in one history would be in another, where tasks ended at these times. */
export const inTimes = (name: Name, text: string | null, times: Times): string | null => {
  const ended = times.get(name)
  return startless(name, text === null || ended === undefined ? text : setField(text, 'FinishedAt', ended))
}

/** What a report says of each container; not how that was found out, which is another way the second time. */
export const statesOf = (report: Report, names: ReadonlyMap<string, Name>, times: Times) =>
  report.containers.map(({ task, checkpoint, rule, actions, problems, ...state }) => {
    const name = names.get(state.id)
    const [startedAt, finishedAt] = [`${state.startedAt}`, `${state.finishedAt}`]
    const toldByTask = name !== undefined && times.get(name) === finishedAt
    return {
      ...state,
      name,
      // Printed, a time is a text.
      createdAt: `${state.createdAt}`,
      startedAt: name === 'homeless' ? 'now' : startedAt,
      finishedAt: toldByTask ? 'as its task tells' : finishedAt,
    }
  })
