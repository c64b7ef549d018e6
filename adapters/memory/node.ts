import type { TaskReply } from '../../core/records.js'
import type { Ports } from '../../ports/ports.js'
import type { RescuePorts } from '../../ports/rescue.js'
import { checkpointsOf } from './checkpoints.js'
import { directoriesOf } from './directories.js'
import { type Faults, faultsOf } from './faults.js'
import { ioOf, lockOf, namespacesOf } from './host.js'
import { type Call, type CrashWhen, interceptor, type Surroundings } from './intercept.js'
import { containersOf, imagesOf, introspectionOf, sandboxesOf } from './services.js'
import { shimsOf } from './shims.js'
import { tasksOf } from './tasks.js'
import { timeline } from './time.js'
import { treeOf } from './tree.js'
import type { World } from './world.js'

export interface Options {
  /** Virtual time that each call takes, in ns. Without it time stands still until something hangs. */
  readonly tick?: bigint
  /**
   * Waited for before a call takes effect and before it is answered: an order of replies, or a disturbance between
   * two calls. It must settle by itself.
   */
  readonly gate?: NonNullable<Surroundings['gate']>
}

/** How a program under simulation ended. */
export type Ended<A> =
  | { readonly kind: 'finished'; readonly value: A }
  | { readonly kind: 'crashed'; readonly at: Call }

/** A whole node in memory. */
export interface SimulatedNode {
  readonly ports: Ports
  /** What a rescue asks of the node: its shims live on while containerd is down. */
  readonly rescuePorts: RescuePorts
  /** The node as it is now, as a world again. The lock of a process of this simulation is not in it. */
  readonly world: () => World
  /** Every call, in the order in which they took effect. */
  readonly log: readonly Call[]
  readonly faults: Omit<Faults, 'take' | 'peek'>
  /** Lets virtual time go by, in ns; deadlines that come due pass. */
  readonly advance: (ns: bigint) => void
  /** Sets the clock, backwards too (ns since 1970). Deadlines take no notice. */
  readonly setClock: (now: bigint) => void
  /** A task ends by itself. */
  readonly end: (id: string, exitStatus: number) => void
  readonly putTask: (task: TaskReply) => void
  /** A task is gone, as when somebody else deleted it. */
  readonly dropTask: (id: string) => void
  /** containerd restarts: every wait breaks, and from 1.7 on the tasks that have stopped are reaped. */
  readonly restartContainerd: () => void
  /** The process dies at the n-th call from now on; nothing is answered then, and nothing changes any more. */
  readonly crashAt: (n: number, when: CrashWhen, counting?: 'all' | 'mutating') => void
  /** Runs a program until it ends, or the process under it does. */
  readonly run: <A>(program: () => Promise<A>) => Promise<Ended<A>>
}

const KEEPS_EXITS = /^1\.[0-6]\./

/**
 * A node that behaves as its world says, in virtual time, the same way each time.
 *
 * @example
 * const node = simulate(world)
 * await recover(options)(node.ports)()
 * node.log.filter((call) => call.mutating)
 */
export const simulate = (world: World, options: Options = {}): SimulatedNode => {
  const time = timeline(world.now)
  const faults = faultsOf(world.faults)
  const tree = treeOf(world.files)
  const intercept = interceptor({
    time,
    faults,
    containerdIsUp: () => world.containerd !== null,
    tick: options.tick ?? 0n,
    gate: options.gate ?? null,
  })
  const tasks = tasksOf(world.tasks, time.clock, faults, intercept)
  const sandboxes = sandboxesOf(world, intercept)
  const ports: Ports = {
    containers: containersOf(world, intercept),
    tasks: tasks.port,
    sandboxes: sandboxes.port,
    images: imagesOf(world, intercept),
    introspection: introspectionOf(world, intercept),
    checkpoints: checkpointsOf(tree, intercept),
    directories: directoriesOf(tree, world.mounts, world, intercept),
    namespaces: namespacesOf(world, intercept),
    io: ioOf(world, tree, intercept),
    lock: lockOf(world, intercept),
    clock: time.clock,
    timers: time.timers,
  }
  const { introspection, checkpoints, directories, lock, clock, timers } = ports
  const shims = shimsOf(world, tasks.all, intercept)
  return {
    ports,
    rescuePorts: { introspection, checkpoints, directories, lock, clock, timers, shims },
    world: () => ({
      ...world,
      now: time.clock.now(),
      tasks: tasks.all(),
      sandboxStore: sandboxes.all(),
      files: tree.entries(),
      faults: faults.left(),
    }),
    log: intercept.log,
    faults,
    advance: time.advance,
    setClock: time.setClock,
    end: tasks.end,
    putTask: tasks.put,
    dropTask: tasks.drop,
    restartContainerd: () => {
      if (!KEEPS_EXITS.test(world.containerd ?? ''))
        for (const task of tasks.all()) if (task.status === 'stopped') tasks.drop(task.id)
      tasks.breakWaits()
    },
    crashAt: (n, when, counting = 'all') => intercept.crashAt(n, when, counting),
    run: <A>(program: () => Promise<A>): Promise<Ended<A>> =>
      Promise.race([
        program().then((value): Ended<A> => ({ kind: 'finished', value })),
        intercept.death.then((at): Ended<A> => ({ kind: 'crashed', at })),
      ]),
  }
}
