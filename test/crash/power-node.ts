import { isLeft } from 'fp-ts/lib/Either.js'
import { options } from '../../adapters/fast-check/options.js'
import { type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { Checkpoints } from '../../ports/checkpoints.js'
import { recover } from '../../ports/recover.js'
import { applyAll, type Disk, type Found, look } from './disk.js'
import { plainly, type Wiring } from './histories.js'
import type { Operation } from './operations.js'
import { afterPowerCut } from './power-cut.js'
import { rebooted, storedOf } from './reboot.js'
import { ASIDE, filled, type Name, NEW, operationsOf, TEMPORARY, writeOver } from './recorded.js'

/** A simulated node whose power goes while the container `web` is recovered, with a disk that forgets as disks do. */

/** What a recovery does to the disk, and when it asks for the task to be deleted. */
type Step = Operation | 'delete'

/** What the adapter asks of the disk: as recorded, or worse. */
export type Recorded = (name: Name) => readonly Operation[]

const noted =
  <A>(program: () => Promise<A>, note: (result: A) => void) =>
  async (): Promise<A> => {
    const result = await program()
    note(result)
    return result
  }

type Ask = (name: Name, texts?: Readonly<Record<string, string>>) => void

/** The simulated node's checkpoints, which tell what the file system's would have asked of the disk. */
const telling = (own: Checkpoints, at: (path: string) => Found | undefined, ask: Ask): Checkpoints => ({
  ...own,
  write: (id, text) =>
    noted(
      own.write(id, text),
      () => at('web') === 'directory' && ask(writeOver(at('web/status')), { [NEW]: text }),
    ),
  setAside: (id, stamp) =>
    noted(own.setAside(id, stamp), (result) => {
      if (isLeft(result)) return
      const name = `web/${result.right}`
      ask(at(name) === undefined ? 'set aside' : 'set aside again', { [ASIDE]: name })
    }),
  makeDirectory: (id) =>
    noted(own.makeDirectory(id), () =>
      ask(at('web') === undefined ? 'make the directory' : 'make a directory that is there'),
    ),
  sweep: (id) =>
    noted(own.sweep(id), () => ask(at(TEMPORARY) === undefined ? 'sweep what is clean' : 'sweep')),
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
      checkpoints: telling(checkpoints, (path) => look(disk).get(path), ask),
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
