import { isLeft } from 'fp-ts/lib/Either.js'
import { type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Checkpoints } from '../../ports/checkpoints.js'
import { recover } from '../../ports/recover.js'
import { options } from '../support/options.js'
import { applyAll, type Disk, look } from './disk.js'
import { plainly, type Wiring } from './histories.js'
import type { Operation } from './operations.js'
import { afterPowerCut } from './power-cut.js'
import { rebooted, storedOf } from './reboot.js'
import { ASIDE, type Name, NEW, operationsOf, TEMPORARY } from './recorded.js'

/** A simulated node whose power goes while the container `web` is recovered, with a disk that forgets as disks do. */

/** What a recovery does to the disk, and when it asks for the task to be deleted. */
type Step = Operation | 'delete'

/** What the adapter asks of the disk: as recorded, or worse. */
export type Recorded = (name: Name) => readonly Operation[]

/** The recorded operations with the texts and names of this call in the place of the recorded ones. */
const filled = (asked: readonly Operation[], texts: Readonly<Record<string, string>>): readonly Operation[] =>
  asked.map((each) => {
    if (each.op === 'write') return { ...each, text: texts[each.text] ?? each.text }
    return each.op === 'link' ? { ...each, to: texts[each.to] ?? each.to } : each
  })

const noted =
  <A>(program: () => Promise<A>, note: (result: A) => void) =>
  async (): Promise<A> => {
    const result = await program()
    note(result)
    return result
  }

type Ask = (name: Name, texts?: Readonly<Record<string, string>>) => void

/** The simulated node's checkpoints, which tell what the file system's would have asked of the disk. */
const telling = (own: Checkpoints, isThere: (path: string) => boolean, ask: Ask): Checkpoints => ({
  ...own,
  write: (id, text) =>
    noted(own.write(id, text), (result) => {
      if (isLeft(result) && result.left.tag !== 'Denied') return
      const place = isThere('web/status') ? 'write over a checkpoint' : 'write the first checkpoint'
      ask(isLeft(result) ? 'write where a directory stands' : place, { [NEW]: text })
    }),
  setAside: (id, at) =>
    noted(own.setAside(id, at), (result) => {
      if (isLeft(result)) return
      const name = `web/${result.right}`
      ask(isThere(name) ? 'set aside again' : 'set aside', { [ASIDE]: name })
    }),
  makeDirectory: (id) =>
    noted(own.makeDirectory(id), () =>
      ask(isThere('web') ? 'make a directory that is there' : 'make the directory'),
    ),
  sweep: (id) => noted(own.sweep(id), () => ask(isThere(TEMPORARY) ? 'sweep' : 'sweep what is clean')),
})

const tellingNode = (node: SimulatedNode, begin: Disk, recorded: Recorded, tell: (step: Step) => void) => {
  let disk = begin
  const ask: Ask = (name, texts = {}) => {
    const asked = filled(recorded(name), texts)
    asked.forEach(tell)
    disk = applyAll(disk, asked)
  }
  const { checkpoints, tasks } = node.ports
  return {
    ...node,
    ports: {
      ...node.ports,
      checkpoints: telling(checkpoints, (path) => look(disk).has(path), ask),
      tasks: {
        ...tasks,
        delete: (...[id, signal]: Parameters<typeof tasks.delete>) => {
          if (id === 'web') tell('delete')
          return tasks.delete(id, signal)
        },
      },
    },
  }
}

export interface Cut {
  /** What was done last, as `rename web/.tmp-status1` */
  readonly at: string
  /** Whether somebody had asked to delete the task by then */
  readonly isDeleted: boolean
  readonly world: World
}

const isOperation = (step: Step): step is Operation => step !== 'delete'

/** Every world that may be found after a power cut at any moment of a recovery of this one. */
export const cutsIn = async (
  world: World,
  recorded: Recorded = operationsOf,
  wiring: Wiring = plainly,
): Promise<readonly Cut[]> => {
  const { disk, bodies } = storedOf(world)
  const steps: Step[] = []
  const node = tellingNode(simulate(world), disk, recorded, (step) => steps.push(step))
  await recover(options())(wiring(node))()
  return [...steps.keys(), steps.length].flatMap((length) => {
    const done = steps.slice(0, length)
    const asked = done.filter(isOperation)
    const last = asked.at(-1)
    return afterPowerCut(applyAll(disk, asked)).map((left) => ({
      at: last === undefined ? 'nothing' : `${last.op} ${last.path}`,
      isDeleted: done.includes('delete'),
      world: rebooted(world, { disk: left, bodies }),
    }))
  })
}
