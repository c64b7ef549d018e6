import type { Signal } from '../../ports/signal.js'
import { codeOf, Trouble } from './errors.js'

// The reference's own numbers.
const TRIES = 50
const PAUSE = 100

/** Throws once whoever asked has given up. */
export const goOn = (signal: Signal): void => {
  if (signal.aborted) throw new Trouble('TimedOut', 'given up')
}

const pause = (signal: Signal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, PAUSE)
    signal.addEventListener('abort', done)
  })

/** Tries again while the system says that it is busy, for five seconds at most. */
export const patiently = async (signal: Signal, work: () => Promise<void>): Promise<void> => {
  for (let tries = 1; ; tries++) {
    goOn(signal)
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) !== 'EBUSY' || tries === TRIES) throw error
    }
    await pause(signal)
  }
}
