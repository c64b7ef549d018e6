import { newSwitch } from '../../ports/signal.js'
import { beforeWrite, unfair } from '../support/worse.js'
import type { Wiring } from './process.js'

/** Programs that are worse than the one that ships: it, with ports that do something else. */

const patient = newSwitch().signal

interface Worse {
  readonly that: string
  readonly wiring: Wiring
  /** A law that it breaks */
  readonly law: string
}

export const WORSE: readonly Worse[] = [
  {
    that: 'deletes a task before its exit is on disk',
    wiring: beforeWrite(({ tasks }, id) => tasks.delete(id, patient)()),
    law: 'L6',
  },
  {
    that: 'writes a checkpoint in two steps',
    wiring: beforeWrite(({ checkpoints }, id, text) => checkpoints.write(id, text.slice(0, 20))()),
    law: 'L14',
  },
  { that: 'decides by the order of replies', wiring: unfair, law: 'L2' },
]
