import { expect, it } from 'vitest'
import { checkpointAt } from '../../adapters/fast-check/laws/files.js'
import { replay } from './replay.js'
import type { Step } from './search.js'
import { NODES } from './worlds.js'
import { WORSE } from './worse.js'

/** A history is followed again and shown step by step: the one that is asked for, or one of an undone start. */

const {
  ON = 'being started and running',
  HISTORY = 'die a, begin, introspection.plugins, > lock.acquire, kill, begin',
  WORSE: that,
} = process.env

const standing = ({ to: { world } }: Step): readonly string[] => [
  ...world.tasks.map(({ id, status, exitStatus }) => `task ${id} ${status} ${exitStatus}`),
  ...['a', 'b'].map((id) => {
    const status = checkpointAt(world, id)?.status
    return `checkpoint ${id} ${status === undefined ? 'unreadable' : `${status.startedAt} ${status.finishedAt} ${status.exitCode}`}`
  }),
]

it('follows a history again', async () => {
  const node = NODES.find(({ name }) => name === ON) ?? expect.unreachable(`no node ${ON}`)
  const steps = await replay(node, HISTORY, WORSE.find((one) => one.that === that)?.wiring)
  let before: readonly string[] = []
  for (const step of steps) {
    const after = standing(step)
    const changed = after.filter((line) => !before.includes(line))
    process.stdout.write(`${step.choice}${changed.length === 0 ? '' : `  → ${changed.join(', ')}`}\n`)
    before = after
  }
  expect(steps.length).toBeGreaterThan(0)
})
