import type { CheckpointFile } from '../../../core/records.js'
import type { Checkpoints } from '../../../ports/checkpoints.js'
import type { Ports } from '../../../ports/ports.js'
import type { CallName, FileEntry, SimulatedNode, World } from '../../memory/index.js'
import type { Call } from '../../memory/intercept.js'
import { idsOf } from '../ids.js'

/**
 * Laws look at what was called and at what stands on disk. Where a store of checkpoints takes the place of the node's
 * own, the node knows neither: its calls are written down here, and its checkpoints are read back through it.
 */

/** The ports that a recovery is given, made of the node's own: one of them is the adapter that is to be proven. */
export type Wiring = (node: SimulatedNode) => Ports

export const plainly: Wiring = ({ ports }) => ports

export interface Recorded {
  readonly ports: Ports
  /** Every call so far, those of the store in the place of the node's own */
  readonly log: () => readonly Call[]
  /** The node as it is now, with the checkpoints that the store has */
  readonly world: () => Promise<World>
}

const isStored = ({ call }: Call): boolean => call.startsWith('checkpoints.')

const entryOf = (place: string, file: CheckpointFile): readonly FileEntry[] => {
  const at = { in: 'root', path: `containers/${place}`, base64: null, unreadable: null } as const
  switch (file.kind) {
    case 'text':
      return [{ ...at, kind: 'file', text: file.text, bytes: null }]
    case 'too-large':
      return [{ ...at, kind: 'file', text: null, bytes: file.bytes }]
    case 'not-a-file':
      return [{ ...at, kind: file.what, text: null, bytes: null }]
    case 'unreadable':
      return [{ ...at, kind: 'file', text: null, bytes: null, unreadable: file.why }]
    case 'missing':
      return []
  }
}

const readThrough = async (store: Checkpoints, world: World): Promise<World> => {
  const ids = idsOf(world, 'container')
  const paths = new Set(ids.map((id) => `containers/${id}/status`))
  const read = await Promise.all(
    ids.map(async (id) => {
      const file = await store.read(id)()
      return entryOf(
        `${id}/status`,
        file._tag === 'Right' ? file.right : { kind: 'unreadable', why: file.left.said },
      )
    }),
  )
  const others = world.files.filter((file) => file.in !== 'root' || !paths.has(file.path))
  return { ...world, files: [...others, ...read.flat()] }
}

/** A node's ports as a recovery has them, and what is known of it afterwards. */
export const recorded = (node: SimulatedNode, wire: Wiring): Recorded => {
  const ports = wire(node)
  const { checkpoints } = ports
  if (checkpoints === node.ports.checkpoints)
    return { ports, log: () => node.log, world: async () => node.world() }
  const stored: Call[] = []
  const asides: FileEntry[] = []
  const noting =
    <A extends readonly [string, ...unknown[]], B>(
      call: CallName,
      mutating: boolean,
      ask: (...asked: A) => () => Promise<B & { readonly _tag: 'Left' | 'Right' }>,
    ) =>
    (...asked: A) =>
    async () => {
      const reply = await ask(...asked)()
      const outcome = reply._tag === 'Right' ? 'done' : 'Denied'
      // Between two calls of the node: in the order in which they came to an end.
      stored.push({
        n: node.log.length + 0.5,
        call,
        id: asked[0],
        mutating,
        at: node.ports.clock.now(),
        outcome,
      })
      return reply
    }
  const noted: Checkpoints = {
    read: noting('checkpoints.read', false, checkpoints.read),
    write: noting('checkpoints.write', true, checkpoints.write),
    setAside: noting('checkpoints.setAside', true, (id, at) => async () => {
      const stood = await checkpoints.read(id)()
      const name = await checkpoints.setAside(id, at)()
      // No port tells what was set aside: that it was is taken on the store's word.
      if (stood._tag === 'Right' && name._tag === 'Right') {
        const place = `${id}/status.unreadable-`
        const already = asides.filter(({ path }) => path.startsWith(`containers/${place}`))
        asides.push(...entryOf(`${place}${already.length}`, stood.right))
      }
      return name
    }),
    makeDirectory: noting('checkpoints.makeDirectory', true, checkpoints.makeDirectory),
    sweep: noting('checkpoints.sweep', true, checkpoints.sweep),
  }
  return {
    ports: { ...ports, checkpoints: noted },
    log: () => [...node.log.filter((call) => !isStored(call)), ...stored].sort((a, b) => a.n - b.n),
    world: async () => {
      const world = await readThrough(checkpoints, node.world())
      return { ...world, files: [...world.files, ...asides] }
    },
  }
}
