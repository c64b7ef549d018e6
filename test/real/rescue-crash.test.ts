import { beforeAll, expect, it } from 'vitest'
import { withLab } from '../lab/lab.js'
import { describeOn } from './node.js'
import { GARBAGE } from './recover-story.js'
import { type Crashes, crashEverywhere, UNCOUNTED } from './rescue-crashes.js'
import { kindsOf } from './strace.js'

describeOn(['2.1', '1.7', '1.6'], 'a rescue that is killed at a call that changes something', (line) => {
  let story: Crashes
  beforeAll(async () => {
    story = await withLab({ version: line, deadlineMs: 250_000 }, crashEverywhere)
  })

  it('is killed at every kind of them', () => {
    const reached = story.crashes.filter(({ hit }) => hit)
    expect(kindsOf(reached)).toEqual(['bind', 'fchmod', 'fsync', 'link', 'mkdir', 'rename', 'unlink'])
    expect(kindsOf([...reached, ...UNCOUNTED.map((name) => ({ name }))])).toEqual(kindsOf(story.calls))
    expect(reached).toHaveLength(story.crashes.length)
  })

  it('leaves each checkpoint as it was, or as it was to be', () => {
    for (const { name, nth, killed } of story.crashes)
      for (const [at, text] of killed.texts.entries())
        expect([story.before.texts[at], story.unharmed.texts[at]], `${name} ${nth}`).toContain(text)
    expect(story.crashes.some(({ killed }) => killed.left.length > 0)).toBe(true)
    expect(story.before.texts).not.toEqual(story.unharmed.texts)
  })

  it('comes, done again, to the same checkpoints, byte for byte', () => {
    for (const { name, nth, again } of story.crashes)
      expect(again.texts, `${name} ${nth}`).toEqual(story.unharmed.texts)
  })

  it('loses nothing of what could not be read, and leaves no unfinished write', () => {
    for (const { name, nth, again } of [...story.crashes, { name: 'none', nth: 0, again: story.unharmed }]) {
      expect(again.aside, `${name} ${nth}`).toEqual([GARBAGE])
      expect(again.left, `${name} ${nth}`).toEqual([])
    }
  })
})
