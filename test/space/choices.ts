import type { SimulatedNode } from '../../adapters/memory/index.js'

/** What can happen next: `>` a call takes effect, `<` its answer arrives. */

export type Gate = `> ${string}` | `< ${string}`
/** What befalls the node, whoever recovers it. */
type Disturbance = `die ${string}` | 'stop containerd' | 'start containerd'
/** `tear`: the process is killed while it writes. */
type Death = 'kill' | `tear ${string}`
export type Choice = 'begin' | Gate | Disturbance | Death

export const isGate = (choice: string): choice is Gate => choice.startsWith('> ') || choice.startsWith('< ')
export const isDeath = (choice: Choice): choice is Death => choice === 'kill' || choice.startsWith('tear ')
/** What only goes on: nothing fails, ends or dies of it. */
export const isCalm = (choice: Choice): boolean =>
  isGate(choice) || choice === 'begin' || choice === 'start containerd'

/** As `tasks.get a`. */
export const callOf = (call: string, id: string | null): string => (id === null ? call : `${call} ${id}`)

/** With what a task ends that ends by itself. */
export const EXIT = 7

/** Disturbs the node; false: that choice is no disturbance. */
export const disturb = (node: SimulatedNode, choice: Choice): boolean => {
  if (choice === 'stop containerd') node.stopContainerd()
  else if (choice === 'start containerd') node.startContainerd()
  else if (choice.startsWith('die ')) node.end(choice.slice(4), EXIT)
  else return false
  return true
}

/** What has happened, the last first; as a text it can be read, kept and replayed. */
export interface History {
  readonly last: Choice
  readonly before: History | null
}

export const choicesOf = (history: History | null): readonly Choice[] => {
  const choices: Choice[] = []
  for (let at = history; at !== null; at = at.before) choices.push(at.last)
  return choices.reverse()
}
