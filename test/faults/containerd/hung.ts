import { expect } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { options } from '../../../adapters/fast-check/options.js'
import type { FaultCall } from '../../../adapters/memory/calls.js'
import type { FaultSpec } from '../../../adapters/memory/faults.js'
import type { World } from '../../../adapters/memory/index.js'
import type { Report } from '../../../core/report.js'
import type { Ports } from '../../../ports/ports.js'
import { recover } from '../../../ports/recover.js'
import { tasks } from '../../lab/disturb.js'
import type { Lab } from '../../lab/lab.js'
import { onNode, optionsFor, recoverOn, tryRecover } from '../../real/node.js'
import type { Fault } from '../fault.js'
import { effects, expectUntouched, hasOrphan, idsIn, nodeOf, recovered, SECOND } from '../in-memory.js'
import { ONE_POD } from '../lives.js'
import { containerOf, diskOf, hasOrphanOn, type Made, podsOn, tryPlan } from '../on-lab.js'
import { type Ids, rowOf, states, told } from '../told.js'

/** F2: containerd is there, and does not answer any more. */

const hanging = (call: FaultCall): FaultSpec => ({ call, answer: 'hang' })
const ALL: readonly FaultSpec[] = (
  ['introspection.*', 'containers.*', 'tasks.*', 'sandboxes.*', 'images.*'] as const
).map(hanging)

/** Once it goes on, a recovery ends as if nothing had been. */
const expectWhole = (report: Report, ids: Ids): void => {
  expect(rowOf(report, ids, 'web').state).toBe('CONTAINER_RUNNING')
  expect(rowOf(report, ids, 'idle').state).toBe('CONTAINER_CREATED')
  expect(rowOf(report, ids, 'job')).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
}

const IDS = idsIn(ONE_POD)

/** All of it hangs, so that nothing is even listed. */
const fromTheFirst = async (): Promise<string> => {
  const node = nodeOf(ONE_POD)
  const before = node.world()
  for (const fault of ALL) node.faults.add(fault)
  expect(leftOf(await recover(options())(node.ports)()).tag).toBe('TimedOut')
  expect(node.ports.clock.now() - before.now).toBe(10n * SECOND)
  expectUntouched(node, before)
  node.faults.clear()
  const report = await recovered(node)
  expectWhole(report, IDS)
  return 'from the first call on: TimedOut, nothing changed'
}

/** It was listed, and then nobody tells of a task. */
const afterTheListings = async (): Promise<string> => {
  const node = nodeOf(ONE_POD)
  const before: World = node.world()
  node.faults.add(hanging('tasks.*'))
  const report = await recovered(node)
  expect(effects(node)).toEqual([])
  expect(hasOrphan(node)).toBe(true)
  expectUntouched(node, before)
  // One deadline for the list of tasks, and one for each round of four that are asked for by name.
  expect(node.ports.clock.now() - before.now).toBe(30n * SECOND)
  node.faults.clear()
  expectWhole(await recovered(node), IDS)
  expect(hasOrphan(node)).toBe(false)
  return `after the listings: ${told(report, IDS)}, nothing changed`
}

/** It hangs when it is asked to delete a task: the exit is on disk by then. */
const atADeletion = async (): Promise<string> => {
  const node = nodeOf(ONE_POD)
  node.faults.add(hanging('tasks.delete'))
  const report = await recovered(node)
  expect(node.world().tasks.map(({ id }) => id)).toEqual(['pod', 'web', 'job'])
  node.faults.clear()
  const last = await recovered(node)
  expectWhole(last, IDS)
  expect(node.world().tasks.map(({ id }) => id)).toEqual(['pod', 'web'])
  return `at the deletion of a task: ${told(report, IDS)}; once it goes on, ${states(last, IDS)}`
}

const inMemory = async (): Promise<string> =>
  `${await fromTheFirst()}; ${await afterTheListings()}; ${await atADeletion()}`

const stop = async ({ containerd }: Lab): Promise<void> => {
  await containerd.kill('SIGSTOP')
}

/** Hung while `use` runs, and going on again however that ends. */
const whileStopped = async <A>(lab: Lab, use: () => Promise<A>): Promise<A> => {
  try {
    await stop(lab)
    return await use()
  } finally {
    await lab.containerd.kill('SIGCONT')
  }
}

const PATIENCE = { timeoutMs: 1_000 }

/** Stopped from the moment on that a task's port is asked for something. */
const stoppedAt = async (lab: Lab, call: 'list' | 'delete'): Promise<Report> => {
  let stopped = false
  const first = async (): Promise<void> => {
    stopped = true
    await stop(lab)
  }
  const disturbed = ({ tasks: real }: Ports): Ports['tasks'] => ({
    ...real,
    ...(call === 'list'
      ? { list: (signal) => () => first().then(() => real.list(signal)()) }
      : { delete: (id, signal) => () => first().then(() => real.delete(id, signal)()) }),
  })
  try {
    const reply = await onNode(lab, (ports) =>
      recover(optionsFor(lab, PATIENCE))({ ...ports, tasks: disturbed(ports) })(),
    )
    expect(stopped).toBe(true)
    return rightOf(reply)
  } finally {
    await lab.containerd.kill('SIGCONT')
  }
}

const expectNothingDeleted = async (lab: Lab, made: Made, before: Awaited<ReturnType<typeof diskOf>>) => {
  expect(await diskOf(lab)).toEqual(before)
  const left = (await tasks(lab)).map(({ id }) => id)
  for (const name of ['web', 'job']) expect(left).toContain(containerOf(made, name).id)
}

const onLab = async (lab: Lab): Promise<string> => {
  const made = await podsOn(lab, ONE_POD)
  const before = await diskOf(lab)
  await whileStopped(lab, async () => {
    expect(leftOf(await tryPlan(lab, PATIENCE)).tag).toBe('TimedOut')
    expect(leftOf(await tryRecover(lab, PATIENCE)).tag).toBe('TimedOut')
  })
  await expectNothingDeleted(lab, made, before)
  const doubtful = await stoppedAt(lab, 'list')
  await expectNothingDeleted(lab, made, before)
  expect(hasOrphanOn(lab)).toBe(true)
  // Whether containerd deletes the task once it goes on is its own affair: the exit is on disk.
  const late = await stoppedAt(lab, 'delete')
  const last = await recoverOn(lab)
  expectWhole(last, made.ids)
  return `from the first call on: TimedOut, nothing changed; after the listings: ${told(doubtful, made.ids)}, nothing changed; at the deletion of a task: ${told(late, made.ids)}; once it goes on, ${states(last, made.ids)}`
}

export const HUNG: Fault = {
  id: 'F2',
  says: 'containerd hung',
  expected: 'a deadline, nothing deleted, and a recovery that ends well once it goes on',
  simulated: { made: 'calls hang: all of them, those about tasks, or the deletion of a task', run: inMemory },
  real: {
    made: 'SIGSTOP to containerd: before the first call, before the list of tasks, before a deletion',
    run: onLab,
  },
}
