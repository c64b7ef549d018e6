import { beforeAll, describe, expect, it } from 'vitest'
import { describeOn } from './node.js'
import { runServeTwin, type ServeTwin } from './serve-twin.js'
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

describeOn(['2.1'], 'safe', (line) => {
  let twin: ServeTwin
  beforeAll(async () => {
    twin = await runServeTwin(line, ROWS, 'safe')
  }, 300_000)
  it('x', () => {
    for (const row of ROWS) {
      const [a, b] = [twin.served.of(row), twin.plugin.of(row)]
      if (JSON.stringify(a) !== JSON.stringify(b))
        console.log(row.is, '\n   plugin', JSON.stringify(b), '\n   serve ', JSON.stringify(a))
    }
    for (const row of PODS)
      if (twin.served.pod(row) !== twin.plugin.pod(row))
        console.log(row.is, twin.plugin.pod(row), twin.served.pod(row))
    console.log(twin.served.said)
  })
})
