import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { textAt } from '../../adapters/fast-check/laws/files.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { entry, TASKS, type TaskForm, worldOf } from '../../adapters/fast-check/worlds.js'
import { simulate } from '../../adapters/memory/index.js'
import { recover } from '../../ports/recover.js'

const FUTURE = '{"Version":"v2","Pid":99,"CreatedAt":1,"StartedAt":2,"New":{"a":1}}'

const recovered = async (task: TaskForm) => {
  const file = entry('containers/web/status', { text: FUTURE })
  const node = simulate(worldOf(task, [file], NOW))
  const report = rightOf(await recover(options())(node.ports)())
  const [row] = report.containers
  if (row === undefined) return expect.unreachable('no row')
  return { node, row, codes: row.problems.map(({ code }) => code) }
}

describe('a checkpoint of a later version (F9)', () => {
  it('stays as it is beside a running task, which is believed', async () => {
    const { node, row, codes } = await recovered(TASKS.running)
    expect(row.state).toBe('CONTAINER_RUNNING')
    expect(codes).toContain('checkpoint-not-durable')
    expect(textAt(node.world(), 'web')).toBe(FUTURE)
  })
  it('stays as it is beside a stopped task, which is kept, for nothing else knows its exit', async () => {
    const { node, row, codes } = await recovered(TASKS.stopped)
    expect(row).toMatchObject({ state: 'CONTAINER_EXITED', exitCode: 7 })
    expect(codes).toEqual(expect.arrayContaining(['checkpoint-not-durable', 'task-kept']))
    expect(node.world().tasks.map(({ id }) => id)).toContain('web')
    expect(textAt(node.world(), 'web')).toBe(FUTURE)
  })
  it('is UNKNOWN and stays as it is where there is no task', async () => {
    const { node, row } = await recovered(TASKS.missing)
    expect(row.state).toBe('CONTAINER_UNKNOWN')
    expect(textAt(node.world(), 'web')).toBe(FUTURE)
  })
})
