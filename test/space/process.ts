import type { Either } from 'fp-ts/lib/Either.js'
import { options } from '../../adapters/fast-check/options.js'
import { type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Call } from '../../adapters/memory/intercept.js'
import type { Report } from '../../core/report.js'
import type { Failure } from '../../ports/failure.js'
import type { Ports } from '../../ports/ports.js'
import { recover } from '../../ports/recover.js'
import { type Choice, callOf, disturb, type Gate, isGate } from './choices.js'
import { type Heard, listening } from './heard.js'

/** A recovery that goes on only as far as it is led. Promises cannot be forked: to branch, another one is led there. */

/** The ports that the program is given: those of the node, or worse ones. */
export type Wiring = (ports: Ports) => Ports

/** Where it stands. */
export interface Halted {
  readonly world: World
  /** The calls that wait to take effect or to be answered, sorted */
  readonly waiting: readonly Gate[]
  readonly heard: readonly Heard[]
  readonly log: readonly Call[]
  /** How it ended; null: it has not */
  readonly ended: Either<Failure, Report> | null
}

export interface Led {
  /** Leads it on along these choices, and halts it after the last. */
  readonly on: (choices: readonly Choice[]) => Promise<Halted>
}

/** When all microtasks have run, nobody goes on without us. */
const quiet = (): Promise<void> => new Promise(setImmediate)

/** Begins a recovery on a node of this world, and lets none of its calls through. */
export const led = (world: World, concurrency: number, wiring: Wiring): Led => {
  const waiting = new Map<Gate, () => void>()
  const heard: Heard[] = []
  let ended: Halted['ended'] = null
  let todo: readonly Choice[] = []
  let isBusy = false

  const letGo = (gate: Gate): boolean => {
    const go = waiting.get(gate)
    waiting.delete(gate)
    go?.()
    return go !== undefined
  }
  const happens = (choice: Choice): boolean => {
    if (isGate(choice)) return letGo(choice)
    if (!choice.startsWith('tear ')) return disturb(node, choice)
    const write: Gate = `> ${choice.slice(5)}`
    if (waiting.has(write)) node.crashAt(1, 'torn')
    return letGo(write)
  }
  const next = (): void => {
    isBusy = false
    const [choice, ...rest] = todo
    if (choice === undefined || !happens(choice)) return
    todo = rest
    soon()
  }
  /** Later than what was let go, for that stands in the queue already. */
  const soon = (): void => {
    if (isBusy) return
    isBusy = true
    queueMicrotask(next)
  }
  const node: SimulatedNode = simulate(world, {
    gate: ({ call, id }, moment) =>
      new Promise((resolve) => {
        waiting.set(`${moment === 'before' ? '>' : '<'} ${callOf(call, id)}`, resolve)
        soon()
      }),
  })
  const ports = listening(wiring(node.ports), (answer) => heard.push(answer))
  recover(options({ concurrency }))(ports)().then((result) => {
    ended = result
  })
  return {
    on: async (choices) => {
      todo = choices
      soon()
      await quiet()
      if (todo.length > 0) throw new Error(`it cannot happen now: ${todo.join(', ')}`)
      return {
        world: node.world(),
        waiting: [...waiting.keys()].sort(),
        heard: [...heard],
        log: node.log,
        ended,
      }
    },
  }
}
