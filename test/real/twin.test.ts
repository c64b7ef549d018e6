import { basename } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeOn } from './node.js'
import { runTwin, type Twin } from './twin.js'
import { CONTAINERS } from './twin-containers.js'
import { IN_PODS, PODS } from './twin-pods.js'
import type { Shows } from './twin-row.js'

const ROWS = [...CONTAINERS, ...IN_PODS]

const of = (line: string, shows: Shows): string | undefined =>
  typeof shows === 'string' ? shows : new Map(Object.entries(shows)).get(line)

describeOn(['1.6', '1.7', '2.1'], 'plan says what containerd’s own CRI shows', (line) => {
  let twin: Twin
  beforeAll(async () => {
    twin = await runTwin(line, ROWS)
  })

  it('and nothing that would keep the service from starting', () => {
    expect(twin.report.fatal).toBeNull()
  })

  it('and removes the directories that plan would remove', () => {
    const planned = twin.report.orphans.filter(({ action }) => action === 'remove').map(({ path }) => path)
    const spared = twin.vanished.filter((path) => !planned.includes(path))
    expect(planned.length).toBeGreaterThan(0)
    expect(planned.filter((path) => !twin.vanished.includes(path))).toEqual([])
    // Both profiles are stricter here than containerd: what is a stored sandbox's or has a task is nobody's orphan.
    const stored = PODS.filter(({ name }) => line === '2.1' && name === 'forgotten').map(twin.idOf)
    const ids = new Set(spared.map((path) => basename(path)))
    expect([...ids].filter((id) => !stored.includes(id) && !twin.withTask.includes(id))).toEqual([])
    expect(stored.filter((id) => !ids.has(id))).toEqual([])
  })

  describe('of', () => {
    it.each(ROWS)('$is', (row) => {
      expect(twin.planned(row)).toEqual(twin.shown(row))
      expect(twin.shown(row).shows).toBe(of(line, row.shows))
    })

    it.each(PODS)('$is', (row) => {
      expect(twin.podPlanned(row)).toBe(twin.podShown(row))
      expect(twin.podShown(row)).toBe(of(line, row.shows))
    })
  })
})
