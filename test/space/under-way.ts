import { asText } from '../../adapters/fast-check/laws/case.js'
import type { World } from '../../adapters/memory/index.js'
import type { Choice } from './choices.js'
import type { Bounds } from './worlds.js'

/** Answers that are under way: what they say was settled when their calls took effect, and may be old when they arrive. */

/** Where a choice is made. */
interface At {
  readonly world: World
  readonly left: Pick<Bounds, 'restarts'>
}

const NOTHING = (): unknown => null

const task = ({ tasks }: World, id: string): unknown => tasks.find((one) => one.id === id)
const below = ({ files }: World, id: string): unknown =>
  files.filter(({ path }) => path.startsWith(`containers/${id}/`))

/** What of a node an answer depends on, besides whether containerd is up. Of what is not listed: all of it. */
const LOOKS_AT: Readonly<Record<string, (world: World, id: string) => unknown>> = {
  'introspection.plugins': NOTHING,
  'introspection.version': NOTHING,
  'lock.acquire': NOTHING,
  'containers.list': NOTHING,
  'sandboxes.list': NOTHING,
  'images.list': NOTHING,
  'directories.list': ({ files }) => files.map(({ path }) => path.split('/').slice(0, 2).join('/')),
  'tasks.list': ({ tasks }) => tasks,
  'tasks.get': task,
  'tasks.watch': task,
  'tasks.kill': task,
  'tasks.delete': task,
  'checkpoints.read': below,
  'checkpoints.write': below,
  'checkpoints.setAside': below,
  'checkpoints.makeDirectory': below,
  'checkpoints.sweep': below,
}

const seenBy = (call: string, { world, left }: At): string => {
  const [name = '', id = ''] = call.split(' ')
  const look = LOOKS_AT[name] ?? (({ tasks, files }: World) => [tasks, files])
  // A wait breaks with the containerd at which it began.
  return asText([look(world, id), world.containerd, left.restarts])
}

/** Answers by their calls, with what those found; a wait that began stays. */
export type UnderWay = ReadonlyMap<string, string>

export const NONE_UNDER_WAY: UnderWay = new Map()

export const afterwards = (before: UnderWay, choice: Choice, at: At): UnderWay => {
  const call = choice.slice(2)
  if (choice.startsWith('> ')) return new Map([...before, [call, seenBy(call, at)]])
  if (!choice.startsWith('< ') || call.startsWith('tasks.watch ')) return before
  return new Map([...before].filter(([each]) => each !== call))
}
