import { beforeAll, describe, expect, it } from 'vitest'
import type { DeviationId } from '../../core/deviations.js'
import { describeOn } from './node.js'
import { runServeTwin, type ServeTwin, SILENCED } from './serve-twin.js'
import { CONTAINERS } from './twin-containers.js'
import { IN_PODS, PODS } from './twin-pods.js'

const ROWS = [...CONTAINERS, ...IN_PODS]

describeOn(['2.1'], 'a serve killed and started again shows what containerd’s own CRI shows', (line) => {
  let twin: ServeTwin
  beforeAll(async () => {
    twin = await runServeTwin(line, ROWS, 'reference')
  }, 300_000)

  describe('in reference, of', () => {
    it.each(ROWS)('$is', (row) => {
      expect(twin.served.of(row)).toEqual(twin.plugin.of(row))
    })
    it.each(PODS)('$is', (row) => {
      expect(twin.served.pod(row)).toBe(twin.plugin.pod(row))
    })
  })
})

/** Where `safe` shows something else than containerd, and by which of its deviations. All else is the same. */
const DEVIATING: Readonly<Record<string, DeviationId>> = {
  'a running container whose process was killed': 'lost-exit',
  'a running container that ended by itself': 'lost-exit',
  'a created container whose file says RUNNING': 'lost-exit',
  'an exited container whose file says RUNNING': 'lost-exit',
  'a container that shared processes with a killed pause process': 'lost-exit',
  'a killed container whose directory was removed': 'directory-missing',
  'a running container whose directory was removed': 'directory-missing',
  'an exited container whose directory was removed': 'directory-missing',
  'a running container whose file is missing': 'truth-learnt',
  'a running container whose file is empty': 'truth-learnt',
  'a running container whose file was cut': 'truth-learnt',
  'a running container whose file is no text': 'truth-learnt',
  'a running container whose file is of version v2': 'truth-learnt',
  'a container that was paused': 'paused',
  'a container that shares processes with a paused pod': 'paused',
  'a paused pod': 'paused',
  'a paused pod of shared processes': 'paused',
  'a running container whose state directory was removed': 'pipes-gone',
  'a running container whose metadata is missing': 'metadata-unreadable',
  'a created container whose metadata is missing': 'metadata-unreadable',
  'a pod without metadata': 'metadata-unreadable',
}

describeOn(
  ['2.1'],
  'a serve in safe, killed and started again, shows what containerd’s own CRI shows',
  (line) => {
    let twin: ServeTwin
    beforeAll(async () => {
      twin = await runServeTwin(line, ROWS, 'safe')
    }, 300_000)

    it('with every word in the log of whoever lived through it', () => {
      const living = ROWS.filter(
        (row) =>
          row.from === 'running' &&
          row.pod === undefined &&
          row.before === undefined &&
          twin.served.of(row).shows === 'RUNNING' &&
          row.is !== SILENCED,
      )
      expect(living.length).toBeGreaterThan(8)
      for (const row of living) {
        // A log that was removed is made anew, and begins with what came after.
        const kept = row.is.includes('log folder was removed') ? [] : ['one']
        expect(twin.served.log(row), row.is).toEqual([...kept, 'two', 'three'])
      }
    })

    describe('but for named deviations, of', () => {
      it.each(ROWS)('$is', (row) => {
        const [served, plugin] = [twin.served.of(row), twin.plugin.of(row)]
        if (DEVIATING[row.is] === undefined) expect(served).toEqual(plugin)
        else expect(served).not.toEqual(plugin)
      })
      it.each(PODS)('$is', (row) => {
        const [served, plugin] = [twin.served.pod(row), twin.plugin.pod(row)]
        if (DEVIATING[row.is] === undefined) expect(served).toBe(plugin)
        else expect(served).not.toBe(plugin)
      })
    })
  },
)
