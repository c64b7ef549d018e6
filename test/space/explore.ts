import { type Choice, choicesOf, type History } from './choices.js'
import { endings } from './end-laws.js'
import type { Place } from './place.js'
import type { Wiring } from './process.js'
import { type Found, type State, type Step, search } from './search.js'
import { SOMETIMES } from './sometimes.js'
import { STEP_LAWS } from './step-laws.js'
import type { SmallNode } from './worlds.js'

/** A search that looks at every step and every end with all the laws. */

export interface Breach {
  readonly law: string
  readonly what: string
  /** A shortest way to it */
  readonly history: readonly Choice[]
}

export interface Explored extends Found {
  /** Each law and sentence once, the nearest first */
  readonly breaches: readonly Breach[]
  /** How many recoveries came to their end, told apart by all that they knew */
  readonly ends: number
  /** What was met of what must be met sometimes */
  readonly met: ReadonlySet<string>
  /** Some of the places that were reached in two ways: as the first of them reached it, and the second */
  readonly secondWays: readonly (readonly [Place, Place])[]
}

/** Every so many-th second way is kept. */
const SAMPLE = 100

const breachesIn = ({ from, choice, to }: Step): readonly Omit<Breach, 'history'>[] =>
  from.world === to.world
    ? []
    : STEP_LAWS.flatMap((law) =>
        law.breaches({ before: from.world, choice, after: to.world }).map((what) => ({ law: law.id, what })),
      )

const ways = () => {
  const known = new Map<string, Place>()
  const sample: (readonly [Place, Place])[] = []
  let second = 0
  return {
    sample,
    note: (place: Place): void => {
      const first = known.get(place.key)
      if (first === undefined) known.set(place.key, place)
      else if (place.running !== null && ++second % SAMPLE === 0) sample.push([first, place])
    },
  }
}

/** What recoveries come to in the end, without a crash and with one (L10). */
const comparison = () => {
  const without = new Set<string>()
  const withOne = new Map<string, History | null>()
  return {
    note: (end: string, { crashes, history }: State): void => {
      if (crashes === 0) without.add(end)
      else if (!withOne.has(end)) withOne.set(end, history)
    },
    breaches: (): readonly Breach[] =>
      [...withOne].flatMap(([end, history]) =>
        without.has(end)
          ? []
          : [
              {
                law: 'L10',
                what: `without a crash nothing comes to this: ${end}`,
                history: choicesOf(history),
              },
            ],
      ),
  }
}

/** @param isEnough - whether to stop once this law is broken; breaches of L10 are told by the whole search only */
export const explore = async (
  node: SmallNode,
  wiring: Wiring = (ports) => ports,
  isEnough: (law: string) => boolean = () => false,
): Promise<Explored> => {
  const breaches = new Map<string, Breach>()
  const ends = new Map<string, string>()
  const met = new Set<string>()
  const { sample, note } = ways()
  const enough = (): boolean => [...breaches.values()].some(({ law }) => isEnough(law))
  const ending = endings(wiring)
  const { note: compare, breaches: astray } = comparison()

  const look = async (step: Step, { history }: State): Promise<void> => {
    const { to, choice, halted } = step
    note(to)
    const found = [...breachesIn(step)]
    const { running } = to
    if (running !== null && running.report !== null && halted !== null && !ends.has(to.key)) {
      const ended = await ending(to, { ...running, report: running.report }, halted)
      ends.set(to.key, ended.end)
      found.push(...ended.breaches)
    }
    for (const { law, what } of found)
      if (!breaches.has(`${law} ${what}`))
        breaches.set(`${law} ${what}`, { law, what, history: [...choicesOf(history), choice] })
  }
  const found = await search(
    node,
    {
      step: look,
      state: (state) => {
        for (const { what, fits } of SOMETIMES) if (!met.has(what) && fits(state)) met.add(what)
        const end = ends.get(state.place.key)
        if (end !== undefined) compare(end, state)
      },
      isEnough: enough,
    },
    wiring,
  )
  return {
    ...found,
    breaches: [...breaches.values(), ...(enough() ? [] : astray())],
    ends: ends.size,
    met,
    secondWays: sample,
  }
}
