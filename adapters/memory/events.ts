import { right } from 'fp-ts/lib/Either.js'
import type { Events, NodeEvent, Subscription } from '../../ports/events.js'
import { type Failure, failure } from '../../ports/failure.js'
import { type Interceptor, partner } from './intercept.js'

interface Hearer {
  readonly hear: (event: NodeEvent) => void
  readonly end: (why: Failure) => void
}

/** containerd's events, told when a test says so. */
export interface SimulatedEvents {
  readonly port: Events
  readonly emit: (event: NodeEvent) => void
  /** Every subscription breaks. */
  readonly breakAll: () => void
}

export const eventsOf = (intercept: Interceptor): SimulatedEvents => {
  const hearers = new Set<Hearer>()
  const subscribe = (hear: Hearer['hear']): Subscription => {
    let end: Hearer['end'] = () => undefined
    const ended = new Promise<Failure>((resolve) => {
      end = resolve
    })
    const hearer = { hear, end }
    hearers.add(hearer)
    return {
      ended,
      close: () => {
        hearers.delete(hearer)
      },
    }
  }
  return {
    port: {
      subscribe: (hear, signal) =>
        intercept.run({
          call: 'events.subscribe',
          id: null,
          asked: 'subscribe to events',
          signal,
          act: () => right(subscribe(hear)),
        }),
    },
    emit: (event) => {
      for (const { hear } of [...hearers]) hear(event)
    },
    breakAll: () => {
      const why = failure('Unavailable', 'hear events', partner('events.subscribe'), 'the connection broke', {
        unreached: 'broken',
        mayHaveHappened: false,
      })
      for (const { end } of hearers) end(why)
      hearers.clear()
    },
  }
}
