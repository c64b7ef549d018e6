import { asText } from '../../adapters/fast-check/laws/case.js'
import { choicesOf } from './choices.js'
import { choicesAt, choose, type Place } from './place.js'
import { led, type Wiring } from './process.js'
import type { Bounds } from './worlds.js'

/** What the search takes for granted: that a place is all that matters of how it was reached. */

const plain: Wiring = (ports) => ports

/** Where each choice leads, for one who came this way. */
const futures = async (place: Place, bounds: Bounds): Promise<readonly string[]> => {
  const keys: string[] = []
  for (const choice of choicesAt(place))
    keys.push(`${choice}: ${(await choose(place, choice, bounds, plain, null)).place.key}`)
  return keys
}

/** Whether two ways that lead to one place go on alike. */
export const areAlike = async (one: Place, other: Place, bounds: Bounds): Promise<boolean> =>
  asText(await futures(one, bounds)) === asText(await futures(other, bounds))

/** Whether one who halts after every choice comes to the same as one who is led there at a run. */
export const isSteady = async ({ running, world }: Place, { concurrency }: Bounds): Promise<boolean> => {
  if (running === null) return true
  const going = led(running.begun, concurrency, plain)
  let at = await going.on([])
  for (const choice of choicesOf(running.since)) at = await going.on([choice])
  const answers = at.heard.map(({ call, answer }) => `${call} = ${asText(answer)}`).sort()
  return (
    asText([answers, at.waiting, at.world.tasks, at.world.files]) ===
    asText([running.answers, running.waiting, world.tasks, world.files])
  )
}
