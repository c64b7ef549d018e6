import { describe, expect, it } from 'vitest'
import type { Events, NodeEvent, Subscription } from '../../../ports/events.js'
import { until, untilTrue } from '../wait.js'
import { against, answerOf, calm, expectFailure, givenUp } from './files.js'

/** A containerd whose events are heard, and ways to have it tell some. */
export interface EventsFixture {
  readonly events: Events
  /** A running container that may only take so much memory. */
  readonly running: string
  /** Has it take more than that. */
  readonly starve: () => Promise<void>
  /** An image record of that name comes, is changed, or goes. */
  readonly images: Readonly<Record<'create' | 'update' | 'delete', (name: string) => Promise<void>>>
  /** An image record comes in another namespace. */
  readonly createElsewhere: (name: string) => Promise<void>
  /** Breaks the connection for good: containerd is killed. */
  readonly sever: () => Promise<void>
  readonly cleanup: () => Promise<void>
}

interface Listener {
  readonly heard: readonly NodeEvent[]
  readonly subscription: Subscription
}

const listen = async ({ events }: EventsFixture): Promise<Listener> => {
  const heard: NodeEvent[] = []
  const subscription = answerOf(await events.subscribe((event) => heard.push(event), calm)())
  return { heard, subscription }
}

const image = (name: string): NodeEvent => ({ kind: 'image', name })

/** What every containerd's events must satisfy, whoever passes them on. */
export const describeEvents = (name: string, make: () => Promise<EventsFixture>): void => {
  const it_ = (sentence: string, body: (f: EventsFixture) => Promise<void>): void =>
    it(sentence, against(make, body))

  describe(`${name}: events`, () => {
    it_('tell of images that come, change and go, in that order; not elsewhere', async (f) => {
      const { heard } = await listen(f)
      await f.createElsewhere('lab.local/elsewhere:1')
      await f.images.create('lab.local/new:1')
      await f.images.update('lab.local/new:1')
      await f.images.delete('lab.local/new:1')
      await f.images.create('lab.local/last:1')
      await until('the last one is heard', () => heard.find((e) => 'name' in e && e.name.includes('last')))
      const changed = 'lab.local/new:1'
      expect(heard).toEqual([changed, changed, changed, 'lab.local/last:1'].map(image))
    })
    it_('tell who was killed for want of memory', async (f) => {
      const { heard } = await listen(f)
      await f.starve()
      await untilTrue('it is heard', () => heard.length > 0)
      expect(new Set(heard.map((event) => JSON.stringify(event)))).toEqual(
        new Set([JSON.stringify({ kind: 'oom', id: f.running })]),
      )
    })
    it_('end when containerd goes away, and begin with none', async (f) => {
      const { subscription } = await listen(f)
      await f.sever()
      const why = await subscription.ended
      expect(why).toMatchObject({ tag: 'Unavailable', mayHaveHappened: false })
      expect(why.asked).not.toBe('')
      expectFailure(await f.events.subscribe(() => undefined, calm)(), 'Unavailable')
    })
    it_('are heard by everybody who listens, and no more by whom has stopped', async (f) => {
      const [stopped, other] = [await listen(f), await listen(f)]
      await f.images.create('lab.local/first:1')
      await untilTrue('both hear', () => stopped.heard.length > 0 && other.heard.length > 0)
      stopped.subscription.close()
      stopped.subscription.close()
      await f.images.create('lab.local/second:1')
      await untilTrue('the other one hears', () => other.heard.length > 1)
      expect(stopped.heard).toEqual([image('lab.local/first:1')])
      await f.sever()
      await other.subscription.ended
      expect(await Promise.race([stopped.subscription.ended, 'silent'])).toBe('silent')
    })
    it_('are not listened to once it is given up', async ({ events }) => {
      expectFailure(await events.subscribe(() => undefined, givenUp)(), 'TimedOut')
    })
  })
}
