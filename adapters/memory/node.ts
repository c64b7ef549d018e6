import type { PluginRecord, TaskReply } from '../../core/records.js'
import type { NodeEvent } from '../../ports/events.js'
import type { ServePorts } from '../../ports/keeping.js'
import type { Ports } from '../../ports/ports.js'
import type { RescuePorts } from '../../ports/rescue.js'
import { checkpointsOf } from './checkpoints.js'
import { directoriesOf } from './directories.js'
import { eventsOf } from './events.js'
import { type Faults, faultsOf } from './faults.js'
import { ioOf, lockOf, namespacesOf } from './host.js'
import { type Call, type CrashWhen, interceptor, type Surroundings } from './intercept.js'
import { logsOf, type Pipes, type SimulatedLogs } from './log-io.js'
import { whyNotAttached } from './log-places.js'
import { containersOf, imagesOf, introspectionOf, sandboxesOf } from './services.js'
import { shimsOf } from './shims.js'
import { tasksOf } from './tasks.js'
import { timeline } from './time.js'
import { treeOf } from './tree.js'
import { type SimulatedUsage, usageOf } from './usage.js'
import { DEFAULT_CONTAINERD, type World } from './world.js'

export interface Options {
  /** Virtual time that each call takes, in ns. Without it time stands still until something hangs. */
  readonly tick?: bigint
  /**
   * Waited for before a call takes effect and before it is answered: an order of replies, or a disturbance between
   * two calls. It must settle by itself.
   */
  readonly gate?: NonNullable<Surroundings['gate']>
  /** The pipes and logs of a node that this one goes on from (`logs.pipes`), as when a process is started again. */
  readonly pipes?: Pipes
}

/** How a program under simulation ended. */
export type Ended<A> =
  | { readonly kind: 'finished'; readonly value: A }
  | { readonly kind: 'crashed'; readonly at: Call }

/** A whole node in memory. */
export interface SimulatedNode {
  readonly ports: Ports
  /** What a serve asks of the node: the same, and what only somebody who stays needs. */
  readonly servePorts: ServePorts
  /** What a rescue asks of the node: its shims live on while containerd is down. */
  readonly rescuePorts: RescuePorts
  /** The node as it is now, as a world again. The lock of a process of this simulation, and its pipes, are not in it. */
  readonly world: () => World
  /** Every call, in the order in which they took effect. */
  readonly log: readonly Call[]
  readonly faults: Omit<Faults, 'take' | 'peek'>
  /** Lets virtual time go by at once, in ns; what comes due does so after it. */
  readonly advance: (ns: bigint) => void
  /**
   * Lets virtual time go by step by step, in ns, each thing at its own time, and resolves when nobody can go on without
   * more of it or something from outside: how to drive whoever stays. 0: only what needs no time. Where a call hangs,
   * time leaps all the same, as it does for everybody.
   */
  readonly pass: (ns: bigint) => Promise<void>
  /** Sets the clock, backwards too (ns since 1970). Deadlines take no notice. */
  readonly setClock: (now: bigint) => void
  /** A task ends by itself. */
  readonly end: (id: string, exitStatus: number) => void
  readonly putTask: (task: TaskReply) => void
  /** A task is gone, as when somebody else deleted it. */
  readonly dropTask: (id: string) => void
  /**
   * A task's shim dies, and takes the task with it: the waits on it break, and containerd knows the task no more. Where
   * containerd is down, the bundle stays until it is back. (On a real node the process lives until containerd kills it.)
   */
  readonly killShim: (id: string) => void
  /** The kernel kills in a container's cgroup for want of memory, and containerd tells. */
  readonly oom: (id: string) => void
  /** containerd tells of something. */
  readonly emit: (event: NodeEvent) => void
  /** A sandbox of the sandbox store ends. */
  readonly endSandbox: (id: string) => void
  /** What containers write, and what became of it. */
  readonly logs: Omit<SimulatedLogs, 'port' | 'ended' | 'gone'>
  /** What the kernel counts and snapshots take; nothing before it is said. */
  readonly usage: Omit<SimulatedUsage, 'stats' | 'snapshots'>
  /** containerd ends: waits and subscriptions break, tasks live on. */
  readonly stopContainerd: () => void
  /**
   * containerd is back, with other plugins or as another version where they are given; from 1.7 on it reaps the tasks
   * that have stopped. Nothing where it is up.
   */
  readonly startContainerd: (plugins?: readonly PluginRecord[], version?: string) => void
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
  const oomKills = new Map(world.oomKills.map(({ id, count }) => [id, count]))
  let up = world.containerd !== null
  let plugins = world.plugins
  let version = world.containerd ?? DEFAULT_CONTAINERD
  const intercept = interceptor({
    time,
    faults,
    containerdIsUp: () => up,
    tick: options.tick ?? 0n,
    gate: options.gate ?? null,
  })
  const logs = logsOf(
    (id) => tasks.all().some((task) => task.id === id && task.status !== 'stopped'),
    whyNotAttached(world, tree),
    time.clock,
    intercept,
    options.pipes,
  )
  const tasks = tasksOf(world.tasks, time.clock, faults, intercept, logs)
  const sandboxes = sandboxesOf(world, time.clock, intercept)
  const events = eventsOf(intercept)
  const { stats, snapshots, ...usage } = usageOf(time.clock, intercept)
  const ports: Ports = {
    containers: containersOf(world, intercept),
    tasks: tasks.port,
    sandboxes: sandboxes.port,
    images: imagesOf(world, intercept),
    introspection: introspectionOf(() => ({ containerd: version, plugins }), intercept),
    checkpoints: checkpointsOf(tree, intercept),
    directories: directoriesOf(tree, world.mounts, world, intercept),
    namespaces: namespacesOf(world, intercept),
    io: ioOf(world, tree, intercept),
    shims: shimsOf(oomKills, tasks, intercept),
    lock: lockOf(world, intercept),
    clock: time.clock,
    timers: time.timers,
  }
  const stopContainerd = (): void => {
    up = false
    tasks.breakWaits()
    sandboxes.breakWaits()
    events.breakAll()
  }
  const startContainerd: SimulatedNode['startContainerd'] = (withPlugins, asVersion) => {
    if (up) return
    up = true
    plugins = withPlugins ?? plugins
    version = asVersion ?? version
    tasks.clearAway(!KEEPS_EXITS.test(version))
  }
  return {
    ports,
    servePorts: { ...ports, io: { ...ports.io, ...logs.port }, events: events.port, stats, snapshots },
    rescuePorts: ports,
    world: () => ({
      ...world,
      now: time.clock.now(),
      containerd: up ? version : null,
      tasks: tasks.all(),
      sandboxStore: sandboxes.all(),
      plugins,
      files: tree.entries(),
      oomKills: [...oomKills].map(([id, count]) => ({ id, count })),
      faults: faults.left(),
    }),
    log: intercept.log,
    faults,
    advance: time.advance,
    pass: time.pass,
    setClock: time.setClock,
    end: tasks.end,
    putTask: tasks.put,
    dropTask: tasks.drop,
    killShim: (id) => tasks.killShim(id, up),
    oom: (id) => {
      oomKills.set(id, (oomKills.get(id) ?? 0) + 1)
      if (up) events.emit({ kind: 'oom', id })
    },
    emit: events.emit,
    endSandbox: sandboxes.end,
    logs,
    usage,
    stopContainerd,
    startContainerd,
    restartContainerd: () => {
      stopContainerd()
      startContainerd()
    },
    crashAt: (n, when, counting = 'all') => intercept.crashAt(n, when, counting),
    run: <A>(program: () => Promise<A>): Promise<Ended<A>> =>
      Promise.race([
        program().then((value): Ended<A> => ({ kind: 'finished', value })),
        intercept.death.then((at): Ended<A> => ({ kind: 'crashed', at })),
      ]),
  }
}
