import { createHash } from 'node:crypto'
import { isRight } from 'fp-ts/lib/Either.js'
import { asText } from '../../adapters/fast-check/laws/case.js'
import { simulate, type World } from '../../adapters/memory/index.js'
import type { Report } from '../../core/report.js'
import { type Choice, choicesOf, disturb, type Gate, type History, isDeath } from './choices.js'
import type { Heard } from './heard.js'
import { type Halted, type Led, led, type Wiring } from './process.js'
import { afterwards, NONE_UNDER_WAY, type UnderWay } from './under-way.js'
import type { Bounds } from './worlds.js'

/** Where a search can be: a node, and the recovery that is under way on it. */

export interface Place {
  readonly key: string
  readonly world: World
  /** What may still befall it */
  readonly left: Pick<Bounds, 'mortal' | 'restarts'>
  /** null: nobody recovers */
  readonly running: Running | null
}

export interface Running {
  /** The node on which it began, and what happened since */
  readonly begun: World
  readonly since: History | null
  /** What the program was answered, as texts, sorted: it knows nothing else */
  readonly answers: readonly string[]
  readonly heard: number
  readonly waiting: readonly Gate[]
  /** What is settled of answers that have not arrived */
  readonly underWay: UnderWay
  /** What it came to; null: it goes on */
  readonly report: Report | null
}

/** Equal texts are one text: there are few, and many places that have them. */
const texts = new Map<string, string>()
const shared = (text: string): string => {
  const known = texts.get(text)
  if (known !== undefined) return known
  texts.set(text, text)
  return text
}

/** Equal worlds are one world, with a number for a name. */
interface Known {
  readonly world: World
  readonly name: number
}
/** By the records of their node, which nothing changes here. */
const worlds = new WeakMap<World['containers'], Map<string, Known>>()
const known = (world: World): Known => {
  const ofNode = worlds.get(world.containers) ?? new Map<string, Known>()
  worlds.set(world.containers, ofNode)
  const { now, containerd, tasks, files } = world
  const told = [
    now,
    containerd,
    tasks.map(({ id, status, exitStatus, exitedAt }) => `${id} ${status} ${exitStatus} ${exitedAt}`),
    files.map((file) => `${file.in} ${file.path} ${file.kind} ${file.text}`),
  ].join('\n')
  const before = ofNode.get(told)
  if (before !== undefined) return before
  const fresh = { world, name: ofNode.size }
  ofNode.set(told, fresh)
  return fresh
}

const keyed = ({ world, left, running }: Omit<Place, 'key'>): Place => {
  const { world: same, name } = known(world)
  const process = running && [
    ...running.answers,
    ...running.waiting,
    ...[...running.underWay].map(([call, seen]) => `${call}: ${seen}`).sort(),
    running.report !== null,
  ]
  const told = [name, ...left.mortal, left.restarts, ...(process ?? [])].join('\n')
  return { world: same, left, running, key: createHash('sha1').update(told).digest('base64') }
}

export const idle = (world: World, left: Place['left']): Place => keyed({ world, left, running: null })

const spent = (left: Place['left'], choice: Choice): Place['left'] =>
  choice === 'stop containerd'
    ? { ...left, restarts: false }
    : choice.startsWith('die ')
      ? { ...left, mortal: left.mortal.filter((id) => choice !== `die ${id}`) }
      : left

const isAlive = (world: World, id: string): boolean =>
  world.tasks.some((task) => task.id === id && task.status !== 'stopped')

/** The choices that nobody has to die for. Disturbances come first: an early one is told rather than a late one. */
export const choicesAt = ({ world, left, running }: Place): readonly Choice[] =>
  running?.report != null
    ? []
    : [
        ...left.mortal.filter((id) => isAlive(world, id)).map((id): Choice => `die ${id}`),
        ...(world.containerd === null ? (['start containerd'] as const) : []),
        ...(world.containerd !== null && left.restarts ? (['stop containerd'] as const) : []),
        ...(running === null ? (['begin'] as const) : running.waiting),
      ]

/** Ways to die here. Only of a write something is left where it is torn. */
export const deathsAt = ({ running }: Place): readonly Choice[] =>
  running === null || running.report !== null
    ? []
    : [
        'kill',
        ...running.waiting
          .filter((gate) => gate.startsWith('> checkpoints.write'))
          .map((gate): Choice => `tear ${gate.slice(2)}`),
      ]

const SECOND = 1_000_000_000n
/** Nobody recovers any more. The clock goes on where something was left behind; else it would only make copies. */
const abandoned = (place: Place, world: World): Place => {
  const changed = place.running !== null && asText(place.running.begun.files) !== asText(world.files)
  return idle(changed ? { ...world, now: world.now + SECOND } : world, place.left)
}

const answerText = ({ call, answer }: Heard): string => shared(`${call} = ${asText(answer)}`)

/** Where a recovery stands that went on from here. One that gave up is none any more. */
const arrived = (
  left: Place['left'],
  from: Running,
  since: History | null,
  underWay: UnderWay,
  at: Halted,
): Place => {
  if (at.ended !== null && !(isRight(at.ended) && at.ended.right.fatal === null)) return idle(at.world, left)
  const fresh = at.heard.slice(from.heard).map(answerText)
  return keyed({
    world: at.world,
    left,
    running: {
      begun: from.begun,
      since,
      answers: fresh.length === 0 ? from.answers : [...from.answers, ...fresh].sort(),
      heard: at.heard.length,
      waiting: at.waiting,
      underWay,
      report: at.ended !== null && isRight(at.ended) ? at.ended.right : null,
    },
  })
}

/** What was reached, and the recovery that stands there and can be led on once. */
export interface Reached {
  readonly place: Place
  readonly halted: Halted | null
  readonly live: Led | null
}

const only = (place: Place): Reached => ({ place, halted: null, live: null })

const disturbed = (place: Place, choice: Choice): Place => {
  const node = simulate(place.world)
  disturb(node, choice)
  return idle(node.world(), spent(place.left, choice))
}

const notBegun = (begun: World): Running => ({
  begun,
  since: null,
  answers: [],
  heard: 0,
  waiting: [],
  underWay: NONE_UNDER_WAY,
  report: null,
})

/**
 * Makes a choice.
 *
 * @param live - a recovery that stands there; null: one is led there
 */
export const choose = async (
  place: Place,
  choice: Choice,
  { concurrency }: Bounds,
  wiring: Wiring,
  live: Led | null,
): Promise<Reached> => {
  const { running, world } = place
  if (choice === 'kill') return only(abandoned(place, world))
  if (choice === 'begin') {
    const fresh = led(world, concurrency, wiring)
    const halted = await fresh.on([])
    return { place: arrived(place.left, notBegun(world), null, NONE_UNDER_WAY, halted), halted, live: fresh }
  }
  if (running === null) return only(disturbed(place, choice))
  const since = { last: choice, before: running.since }
  const going = live ?? led(running.begun, concurrency, wiring)
  const halted = await going.on(live === null ? choicesOf(since) : [choice])
  if (isDeath(choice)) return only(abandoned(place, halted.world))
  const underWay = afterwards(running.underWay, choice, place)
  return { place: arrived(spent(place.left, choice), running, since, underWay, halted), halted, live: going }
}
