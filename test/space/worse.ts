import type { Ports } from '../../ports/ports.js'
import { newSwitch } from '../../ports/signal.js'
import type { Wiring } from './process.js'

/** Programs that are worse than the one that ships: it, with ports that do something else. */

const patient = newSwitch().signal

const withWrite =
  (first: (ports: Ports, id: string, text: string) => Promise<unknown>): Wiring =>
  (ports) => ({
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      write: (id, text) => async () => {
        await first(ports, id, text)
        return ports.checkpoints.write(id, text)()
      },
    },
  })

/** The second checkpoint that is read is taken for missing, whosesoever it is. */
const unfair: Wiring = (ports) => {
  let read = 0
  return {
    ...ports,
    checkpoints: {
      ...ports.checkpoints,
      read: (id) => async () => {
        const answer = await ports.checkpoints.read(id)()
        read += 1
        return read === 2 ? ports.checkpoints.read('nobody')() : answer
      },
    },
  }
}

interface Worse {
  readonly that: string
  readonly wiring: Wiring
  /** A law that it breaks */
  readonly law: string
}

export const WORSE: readonly Worse[] = [
  {
    that: 'deletes a task before its exit is on disk',
    wiring: withWrite(({ tasks }, id) => tasks.delete(id, patient)()),
    law: 'L6',
  },
  {
    that: 'writes a checkpoint in two steps',
    wiring: withWrite(({ checkpoints }, id, text) => checkpoints.write(id, text.slice(0, 20))()),
    law: 'L14',
  },
  { that: 'decides by the order of replies', wiring: unfair, law: 'L2' },
]
