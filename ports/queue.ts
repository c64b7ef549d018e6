import { pauseAfter } from '../core/backoff.js'
import { newSwitch, type Switch } from './signal.js'
import type { Timers } from './time.js'

/** A piece of work; false: it did not work out, and is to be tried again. It must not throw. */
export type Work = () => Promise<boolean>

/**
 * Work in order: for one key one piece after the other, keys side by side. What fails is tried again after a pause
 * that grows, and holds up what came after it for the same key (reference: the event monitor's backOff).
 */
export interface Queue {
  readonly push: (key: string, work: Work) => void
  /** The same for what has failed once already: it begins with a pause. */
  readonly retry: (key: string, work: Work) => void
  /** Forgets what waits for another try, and resolves when nothing runs any more. What is pushed later goes on. */
  readonly settle: () => Promise<void>
  /** How many keys wait for another try, and the longest of their pauses, in ms */
  readonly waiting: () => { readonly depth: number; readonly longestMs: number }
}

interface Lane {
  readonly pieces: Work[]
  /** Since it was last begun without a failure */
  failed: number
  pause: Switch | null
  running: Promise<void>
}

export const queue = (timers: Timers): Queue => {
  const lanes = new Map<string, Lane>()
  let settling = false

  const pause = async (lane: Lane): Promise<void> => {
    lane.failed += 1
    lane.pause = newSwitch()
    await timers.sleep(pauseAfter(lane.failed), lane.pause.signal)
    lane.pause = null
  }
  const run = async (key: string, lane: Lane): Promise<void> => {
    for (let work = lane.pieces[0]; work !== undefined; work = lane.pieces[0]) {
      const done = await work()
      if (done) lane.failed = 0
      else if (!settling) await pause(lane)
      if (done || settling) lane.pieces.shift()
    }
    lanes.delete(key)
  }
  const add = (key: string, work: Work, pauses: boolean): void => {
    const lane = lanes.get(key)
    if (lane !== undefined) {
      lane.pieces.push(work)
      return
    }
    const fresh: Lane = { pieces: [work], failed: 0, pause: null, running: Promise.resolve() }
    lanes.set(key, fresh)
    fresh.running = (pauses ? pause(fresh) : Promise.resolve()).then(() => {
      if (pauses && settling) fresh.pieces.shift()
      return run(key, fresh)
    })
  }

  return {
    push: (key, work) => add(key, work, false),
    retry: (key, work) => add(key, work, true),
    settle: async () => {
      settling = true
      while (lanes.size > 0) {
        for (const { pause } of lanes.values()) pause?.off()
        await Promise.all([...lanes.values()].map(({ running }) => running))
      }
      settling = false
    },
    waiting: () => {
      const failing = [...lanes.values()].filter(({ pause }) => pause !== null)
      return {
        depth: failing.length,
        longestMs: failing.reduce((most, { failed }) => Math.max(most, pauseAfter(failed)), 0),
      }
    },
  }
}
