import { describe, expect, it } from 'vitest'
import { answerOf, calm } from '../../adapters/fast-check/contract/files.js'
import { parseWorld, printWorld, simulate } from '../../adapters/memory/index.js'
import golden from './load-container.json' with { type: 'json' }
import { CONTAINER, goldenWorld, isGoldenCheckpoint, isGoldenTask } from './world.js'

const rows = golden.rows.map(({ checkpoint, task }) => ({ checkpoint, task }))

describe('golden worlds', () => {
  it('there is one for every row', () => {
    expect(rows).toHaveLength(160)
    expect(rows.every((row) => isGoldenCheckpoint(row.checkpoint) && isGoldenTask(row.task))).toBe(true)
  })
  it.each(rows)(
    '$checkpoint × $task is a world file, and answers from the start',
    async ({ checkpoint, task }) => {
      if (!isGoldenCheckpoint(checkpoint) || !isGoldenTask(task)) return expect.unreachable()
      const world = goldenWorld(checkpoint, task)
      expect(parseWorld(printWorld(world))).toEqual({ _tag: 'Right', right: world })
      const { checkpoints, tasks } = simulate(world).ports
      const file = answerOf(await checkpoints.read(CONTAINER)())
      expect(file.kind).toBe(
        checkpoint === 'isdir'
          ? 'not-a-file'
          : checkpoint === 'missing' || checkpoint === 'dirmissing'
            ? 'missing'
            : 'text',
      )
      const reply = await tasks.get(CONTAINER, calm)()
      const failed = { notfound: 'NotFound', statusNotFound: 'NotFound', err: 'Denied', statusErr: 'Denied' }
      expect(reply._tag === 'Left' ? reply.left.tag : undefined).toBe(
        new Map(Object.entries(failed)).get(task),
      )
    },
  )
})
