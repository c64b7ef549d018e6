import { type Choice, isGate } from './choices.js'
import { choicesAt, choose, deathsAt, idle, type Place } from './place.js'
import type { Wiring } from './process.js'
import type { Step } from './search.js'
import type { SmallNode } from './worlds.js'

/** Histories as texts, to be read and to be followed again. */

/** A call that takes effect and is answered at once is told in one word. */
export const told = (history: readonly Choice[]): string =>
  history
    .flatMap((choice, at) => {
      const next = history[at + 1]
      if (choice.startsWith('> ') && next === `< ${choice.slice(2)}`) return [choice.slice(2)]
      return choice.startsWith('< ') && history[at - 1] === `> ${choice.slice(2)}` ? [] : [choice]
    })
    .join(', ')

/** Makes the choices of a text one after the other. */
export const replay = async (
  { world, bounds }: SmallNode,
  text: string,
  wiring: Wiring = (ports) => ports,
): Promise<readonly Step[]> => {
  const steps: Step[] = []
  let at = idle(world, bounds)
  const make = async (from: Place, word: string): Promise<Place> => {
    const choice = [...choicesAt(from), ...deathsAt(from)].find((each) => each === word)
    if (choice === undefined) throw new Error(`${word} cannot happen, only ${choicesAt(from).join(', ')}`)
    const { place, halted } = await choose(from, choice, bounds, wiring, null)
    steps.push({ from, choice, to: place, halted })
    return place
  }
  for (const word of text.split(', ')) {
    const both =
      !isGate(word) && !/^(?:begin|kill|die .*|tear .*|stop containerd|start containerd)$/.test(word)
    for (const each of both ? [`> ${word}`, `< ${word}`] : [word]) at = await make(at, each)
  }
  return steps
}
