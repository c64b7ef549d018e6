import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { orderless } from '../../adapters/fast-check/laws/orderless.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { CREATED_AT, NOW, STARTED_AT, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, type World } from '../../adapters/memory/index.js'
import { RUNS } from '../support/runs.js'
import { unfair } from '../support/worse.js'

/** Replies come in any order, and nothing that is decided, written or removed depends on it (L2). */

const RUNNING = `{"Version":"v1","CreatedAt":${CREATED_AT},"StartedAt":${STARTED_AT},"Pid":99}`
const IDS = ['a', 'b', 'c', 'd']
const FOUR: World = {
  ...emptyWorld(NOW),
  containers: [sandboxRecord('pod'), ...IDS.map((id) => containerRecord(id, 'pod'))],
  tasks: [taskReply('pod'), ...IDS.map((id) => taskReply(id))],
  files: IDS.map((id) => entry(`containers/${id}/status`, { text: RUNNING })),
}

describe('a recovery', { timeout: 30_000 + RUNS * 120 }, () => {
  it('comes to the same whatever the order in which calls take effect and are answered', () =>
    fc.assert(orderless(), { numRuns: RUNS }))
  it('is seen to come to something else where the order matters', async () => {
    expect(
      (
        await fc.check(
          orderless(({ ports }) => unfair(ports), fc.constant(FOUR)),
          { numRuns: 20 },
        )
      ).failed,
    ).toBe(true)
  })
})
