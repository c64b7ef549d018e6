import { type Choice, type History, isCalm, isDeath } from './choices.js'
import { choicesAt, choose, deathsAt, idle, type Place, type Reached } from './place.js'
import type { Halted, Led, Wiring } from './process.js'
import type { SmallNode } from './worlds.js'

/** A breadth-first search: what is found is found by a shortest history. */

/** A place, and how many crashes it took. What happens without one does not depend on that, and is led once. */
export interface State {
  readonly place: Place
  readonly crashes: number
  readonly history: History | null
}

/** One choice, made. */
export interface Step {
  readonly from: Place
  readonly choice: Choice
  readonly to: Place
  /** The recovery as it stands then; null: none does */
  readonly halted: Halted | null
}

interface Edge {
  readonly choice: Choice
  readonly to: Place
}

export interface Found {
  readonly states: number
  readonly places: number
  readonly steps: number
  /** Places from which no calm choice leads to the end of a recovery */
  readonly deadEnds: readonly Place[]
}

export interface Looking {
  /** Each step between two places, once, with the state in which it was first made */
  readonly step: (step: Step, state: State) => void | Promise<void>
  /** Each state, once */
  readonly state: (state: State) => void
  /** Whether to go no further */
  readonly isEnough: () => boolean
}

export const search = async (
  { world, bounds }: SmallNode,
  looking: Looking,
  wiring: Wiring = (ports) => ports,
): Promise<Found> => {
  const places = new Map<string, Place>()
  const edges = new Map<string, readonly Edge[]>()
  const deaths = new Map<string, readonly Edge[]>()
  const live = new Map<string, Led>()
  const seen = new Set<string>()
  let steps = 0

  const meet = ({ place, live: led }: Reached): Place => {
    const known = places.get(place.key)
    if (known !== undefined) return known
    places.set(place.key, place)
    if (led !== null && place.running?.report === null) live.set(place.key, led)
    return place
  }
  const make = async (state: State, choice: Choice): Promise<Edge> => {
    const from = state.place
    const led = live.get(from.key) ?? null
    live.delete(from.key)
    const reached = await choose(from, choice, bounds, wiring, choice === 'kill' ? null : led)
    const to = meet(reached)
    steps += 1
    await looking.step({ from, choice, to: reached.place, halted: reached.halted }, state)
    return { choice, to }
  }
  const edgesBy = async (
    known: Map<string, readonly Edge[]>,
    choices: readonly Choice[],
    state: State,
  ): Promise<readonly Edge[]> => {
    const { key } = state.place
    const before = known.get(key)
    if (before !== undefined) return before
    const made: Edge[] = []
    for (const choice of choices) made.push(await make(state, choice))
    known.set(key, made)
    return made
  }
  const edgesOf = async (state: State): Promise<readonly Edge[]> => [
    ...(await edgesBy(edges, choicesAt(state.place), state)),
    ...(state.crashes < bounds.crashes ? await edgesBy(deaths, deathsAt(state.place), state) : []),
  ]

  let front: State[] = []
  const add = (state: State, to: State[]): void => {
    const key = `${state.crashes} ${state.place.key}`
    if (seen.has(key)) return
    seen.add(key)
    looking.state(state)
    to.push(state)
  }
  add(
    { place: meet({ place: idle(world, bounds), halted: null, live: null }), crashes: 0, history: null },
    front,
  )
  while (front.length > 0 && !looking.isEnough()) {
    const next: State[] = []
    for (const state of front)
      for (const { choice, to } of await edgesOf(state)) {
        const crashes = state.crashes + (isDeath(choice) ? 1 : 0)
        add({ place: to, crashes, history: { last: choice, before: state.history } }, next)
      }
    front = next
  }
  return { states: seen.size, places: places.size, steps, deadEnds: deadEndsOf([...places.values()], edges) }
}

/** Walks back from where recoveries ended, along what only goes on; whoever is not met is at a dead end. */
const deadEndsOf = (
  places: readonly Place[],
  edges: ReadonlyMap<string, readonly Edge[]>,
): readonly Place[] => {
  const into = new Map<string, Place[]>()
  for (const place of places)
    for (const { choice, to } of edges.get(place.key) ?? [])
      if (isCalm(choice)) into.set(to.key, [...(into.get(to.key) ?? []), place])
  const met = new Set<string>()
  const todo = places.filter(({ running }) => running?.report != null)
  for (const place of todo) {
    if (met.has(place.key)) continue
    met.add(place.key)
    todo.push(...(into.get(place.key) ?? []))
  }
  return places.filter(({ key }) => !met.has(key))
}
