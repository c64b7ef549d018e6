import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../../core/report.js'
import { fieldOf } from '../lab/checkpoints.js'
import { withLab } from '../lab/lab.js'
import { describeOn } from './node.js'
import { GARBAGE, type Name, PARTS, partOf, type Story, tellStory } from './recover-story.js'

const ROWS = (Object.keys(PARTS) as readonly Name[]).map((name) => ({ name, ...partOf(name) }))

/** What a row says of its container; not how that was found out, which is another way the second time. */
const statesOf = (report: Report) =>
  report.containers.map(({ task, checkpoint, rule, actions, problems, ...state }) => state)

describeOn(['1.6', '1.7', '2.1'], 'recover, without a CRI plugin', (line) => {
  let story: Story
  beforeAll(async () => {
    story = await withLab({ version: line }, tellStory)
  })
  const idOf = (name: Name): string => story.containers.get(name)?.id ?? ''
  const textOf = (when: 'before' | 'after', name: Name): string => story[when].texts.get(name) ?? ''
  const ending = ROWS.filter(({ ends }) => ends !== null)

  it.each(ROWS)('tells of $is: $shows, and so does containerd’s own CRI later', ({ name, shows }) => {
    const row = story.first.containers.find(({ id }) => id === idOf(name))
    expect(`${row?.state?.replace('CONTAINER_', '')} ${row?.exitCode} ${row?.reason}`.trim()).toBe(shows)
    expect(story.listed.get(idOf(name))).toBe(shows)
  })

  it.each(ending)('writes down the exit of $is, in full', ({ name, ends }) => {
    const text = textOf('after', name)
    expect(fieldOf(text, 'ExitCode')).toBe(`${ends}`)
    expect(fieldOf(text, 'Pid')).toBe('0')
    const finished = BigInt(fieldOf(text, 'FinishedAt') ?? '0')
    expect(finished).toBeGreaterThan(story.ended[0])
    expect(finished).toBeLessThan(story.ended[1])
  })

  it('keeps every field of a checkpoint that is not its own', () => {
    const after = textOf('after', 'ended-3')
    expect(after).toContain('"FromTheFuture":{"Deep":[9007199254740993]}')
    for (const field of ['CreatedAt', 'StartedAt', 'Restore'])
      expect(fieldOf(after, field), field).toBe(fieldOf(textOf('before', 'ended-3'), field))
    expect(fieldOf(after, 'Restore')).toBe(line === '2.1' ? 'false' : undefined)
  })

  it('deletes the tasks that stopped; the others run on under their pids', () => {
    const tasks = story.before.snapshot.tasks
    expect(tasks.filter(({ status }) => status === 'STOPPED')).toHaveLength(ending.length)
    expect(story.after.snapshot.tasks).toEqual(tasks.filter(({ status }) => status === 'RUNNING'))
    expect(story.after.snapshot.tasks.map(({ id }) => id)).toContain(idOf('running'))
  })

  it('does not touch the file of what did not change, nor any log', () => {
    for (const name of ['running', 'created', 'exited'] as const) {
      const path = join('containers', idOf(name), 'status')
      expect(story.before.snapshot.root[path], name).toBeDefined()
      expect(story.after.snapshot.root[path], name).toEqual(story.before.snapshot.root[path])
    }
    expect(story.after.snapshot.logs).toEqual(story.before.snapshot.logs)
  })

  it('sets aside what it cannot read, byte for byte, and writes what the task told', () => {
    for (const { name, garbled } of ROWS)
      expect(story.aside.get(name), name).toEqual(garbled === true ? [GARBAGE] : [])
    const task = story.before.snapshot.tasks.find(({ id }) => id === idOf('unreadable'))
    expect(fieldOf(textOf('after', 'unreadable'), 'Pid')).toBe(`${task?.pid}`)
    expect(fieldOf(textOf('after', 'unreadable'), 'FinishedAt')).toBe('0')
  })

  describe('and directories that belong to nobody', () => {
    const actions = (): ReadonlyMap<string, string> =>
      new Map(story.first.orphans.map(({ path, action }) => [path, action]))

    it('are removed, and nothing that they link to', () => {
      const { removable, precious } = story.orphans
      expect(story.before.there).toEqual(expect.arrayContaining([...removable]))
      expect(removable.map((path) => actions().get(path))).toEqual(removable.map(() => 'remove'))
      expect(story.after.there.filter((path) => removable.includes(path))).toEqual([])
      expect(story.after.there).toEqual(expect.arrayContaining([...precious]))
    })

    it('are kept where something is mounted in them, or where they are links themselves', () => {
      const { keepable } = story.orphans
      expect(keepable.map((path) => actions().get(path))).toEqual(keepable.map(() => 'keep'))
      expect(story.after.there).toEqual(expect.arrayContaining([...keepable]))
    })
  })

  it('changes nothing when it is done again', () => {
    expect(story.last).toEqual(story.after)
    expect(statesOf(story.second)).toEqual(statesOf(story.first))
  })
})
