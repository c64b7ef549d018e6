import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { CHECKPOINTS, TASKS, worldOf } from '../../adapters/fast-check/worlds.js'
import { type SimulatedNode, simulate } from '../../adapters/memory/index.js'
import type { TaskReply } from '../../core/records.js'
import { recover } from '../../ports/recover.js'

/** The task of `web` becomes another after everything was looked at, and before anything is done. */
const recoveredWhile = async (
  form: 'created' | 'stopped',
  checkpoint: 'created' | 'running',
  now: Partial<TaskReply>,
) => {
  const world = worldOf(TASKS[form], CHECKPOINTS[checkpoint], NOW)
  const seen = world.tasks.find(({ id }) => id === 'web')
  if (seen === undefined) return expect.unreachable('no task')
  const node: SimulatedNode = simulate(world, {
    gate: async ({ call, id }, moment) => {
      if (call === 'checkpoints.sweep' && id === 'web' && moment === 'before')
        node.putTask({ ...seen, ...now })
    },
  })
  const report = rightOf(await recover(options())(node.ports)())
  const [row] = report.containers
  if (row === undefined) return expect.unreachable('no row')
  return { node, row, before: textAt(world, 'web') }
}

describe('a task that is no more what was seen', () => {
  it('is not killed where it was started meanwhile', async () => {
    const { node, row } = await recoveredWhile('created', 'created', { status: 'running' })
    expect(node.log.filter(({ call }) => call === 'tasks.kill' || call === 'tasks.delete')).toEqual([])
    expect(row.state).toBe('CONTAINER_UNKNOWN')
    expect(row.actions).toMatchObject([{ kind: 'delete-task', outcome: 'failed' }])
    expect(row.actions[0]?.detail).toContain('it changed meanwhile')
  })
  it('is not killed where another stands in its place, and no exit is written down for it', async () => {
    const { node, before } = await recoveredWhile('stopped', 'running', { status: 'running', pid: 99 })
    expect(node.log.filter(({ call }) => call === 'tasks.kill' || call === 'tasks.delete')).toEqual([])
    expect(textAt(node.world(), 'web')).toBe(before)
  })
})
