import { expect } from 'vitest'
import { rightOf } from '../../../adapters/fast-check/either.js'
import { taskReply } from '../../../adapters/fast-check/seen.js'
import type { SimulatedNode } from '../../../adapters/memory/index.js'
import type { ContainerRow, Report } from '../../../core/report.js'
import type { Ports } from '../../../ports/ports.js'
import { recover } from '../../../ports/recover.js'
import { createTask } from '../../lab/created-task.js'
import { removeTask } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { onNode, optionsFor, recoverOn } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { idsIn, nodeOf, recovered } from '../in-memory.js'
import type { Pods } from '../lives.js'
import { containerOf, type Made, podsOn } from '../on-lab.js'
import { rowOf, stateOf, told } from '../told.js'

/** F5: between two calls somebody else deletes a task. */

/** `work` runs, `job` has ended with 7 unseen, and of `half` somebody began a start. */
const PODS = {
  pod: { web: 'running', work: 'running', job: { ended: 7 }, half: 'created' },
} as const satisfies Pods
const IDS = idsIn(PODS)

const withHalf = (how: Parameters<typeof nodeOf>[2] = {}): SimulatedNode => {
  const node = nodeOf(PODS, {}, how)
  node.putTask(taskReply('half', { status: 'created' }))
  return node
}

/** What may be said of each once its task is gone: never that it runs, never an exit that nobody told. */
const ALLOWED = {
  work: ['RUNNING', 'EXITED 255 Unknown'],
  job: ['EXITED 7 Error', 'EXITED 255 Unknown'],
  half: ['CREATED'],
} as const

/** A recovery in which the task is gone from the n-th call on; the report, and what a second one tells. */
const goneAt = async (name: string, n: number): Promise<readonly [Report, Report]> => {
  let calls = 0
  const node = withHalf({
    gate: async (_, moment) => {
      if (moment === 'before') calls += 1
      if (calls === n) node.dropTask(name)
    },
  })
  return [await recovered(node), await recovered(node)]
}

/** At every moment there is: states with the number of moments that come to them. */
const everywhere = async (name: keyof typeof ALLOWED): Promise<string> => {
  const whole = withHalf()
  const undisturbed = stateOf(rowOf(await recovered(whole), IDS, name))
  const counts = new Map<string, number>()
  for (let n = 1; n <= whole.log.length; n += 1) {
    const [first, second] = await goneAt(name, n)
    const state = stateOf(rowOf(first, IDS, name))
    expect(ALLOWED[name], `${name}, gone at call ${n}`).toContain(state)
    expect(rowOf(first, IDS, 'web').state).toBe('CONTAINER_RUNNING')
    // Whoever looks again finds it gone, and an exit that was told before stays as it was told.
    const later = stateOf(rowOf(second, IDS, name))
    expect(later).toBe(state === 'RUNNING' ? 'EXITED 255 Unknown' : state)
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  expect([...counts.keys()]).toContain(undisturbed)
  return `${name}, at ${whole.log.length} moments: ${[...counts].map(([state, count]) => `${state} × ${count}`).join(', ')}`
}

const inMemory = async (): Promise<string> =>
  `${await everywhere('work')}; ${await everywhere('job')}; ${await everywhere('half')}; nobody else notices`

/** A moment of a recovery at which a task is deleted behind its back. */
interface Moment {
  readonly name: string
  readonly before: 'look' | 'watch' | 'kill' | 'delete'
}

/** On a real node each of them at one moment: after the listing, or right before it is asked for itself. */
const MOMENTS: readonly Moment[] = [
  { name: 'work', before: 'watch' },
  { name: 'early', before: 'look' },
  { name: 'job', before: 'kill' },
  { name: 'late', before: 'delete' },
  { name: 'half', before: 'kill' },
]

const REAL_PODS = {
  pod: {
    web: 'running',
    work: 'running',
    early: { ended: 5 },
    job: { ended: 7 },
    late: { ended: 9 },
    half: 'created',
  },
} as const satisfies Pods

/** Ports that delete each task at its moment, once. */
const disturbed = (ports: Ports, at: (moment: Moment) => Promise<void>, made: Made): Ports => {
  const due = new Set(MOMENTS)
  const meanwhile = async (before: Moment['before'], id: string): Promise<void> => {
    const moment = [...due].find((one) => one.before === before && containerOf(made, one.name).id === id)
    if (moment === undefined || !due.delete(moment)) return
    await at(moment)
  }
  const { tasks } = ports
  return {
    ...ports,
    tasks: {
      ...tasks,
      get: (id, signal) => () => meanwhile('look', id).then(() => tasks.get(id, signal)()),
      watch: (id, signal) => () => meanwhile('watch', id).then(() => tasks.watch(id, signal)()),
      kill: (id, signal) => () => meanwhile('kill', id).then(() => tasks.kill(id, signal)()),
      delete: (id, signal) => () => meanwhile('delete', id).then(() => tasks.delete(id, signal)()),
    },
  }
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, REAL_PODS)
  await createTask(lab, containerOf(made, 'half'))
  const done: string[] = []
  const remove = async ({ name }: Moment): Promise<void> => {
    const container = containerOf(made, name)
    await (name === 'work' || name === 'half'
      ? removeTask(lab, container)
      : lab.ctr('tasks', 'delete', container.id))
    done.push(name)
  }
  const report = rightOf(
    await onNode(lab, (ports) => recover(optionsFor(lab))(disturbed(ports, remove, made))()),
  )
  expect(done.toSorted()).toEqual(MOMENTS.map(({ name }) => name).toSorted())
  const exitOf = (name: string): Partial<ContainerRow> => rowOf(report, made.ids, name)
  for (const [name, exitCode] of [
    ['early', 5],
    ['job', 7],
    ['late', 9],
  ] as const)
    expect(exitOf(name), name).toMatchObject({ state: 'CONTAINER_EXITED', exitCode })
  expect(exitOf('work')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 255, reason: 'Unknown' })
  expect(exitOf('half')).toMatchObject({ state: 'CONTAINER_CREATED' })
  const again = await recoverOn(lab)
  expect(again.containers.map(stateOf)).toEqual(report.containers.map(stateOf))
  return told(report, made.ids)
}

export const DELETED: Fault = {
  id: 'F5',
  says: 'a task deleted between two calls',
  expected: 'an exit that was seen is kept, one that was not is lost and said to be, and nobody else notices',
  simulated: { made: 'the task goes before each call of a recovery, one recovery for each', run: inMemory },
  real: {
    made: '`ctr tasks delete` after the listing, and right before its wait, its kill and its deletion',
    run: onLab,
  },
}
