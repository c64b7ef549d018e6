import { rightOf } from '../../adapters/fast-check/either.js'
import { containerRecord, sandboxRecord } from '../../adapters/fast-check/records.js'
import { EXITED_AT, fileOf, NOW, taskReply } from '../../adapters/fast-check/seen.js'
import { entry } from '../../adapters/fast-check/worlds.js'
import { emptyWorld, type Options as NodeOptions, simulate, type World } from '../../adapters/memory/index.js'
import type { SimulatedNode } from '../../adapters/memory/node.js'
import type { TaskReply } from '../../core/records.js'
import type { Report } from '../../core/report.js'
import { type RescueOptions, rescue } from '../../ports/rescue.js'

/** Nodes whose containerd is down, and rescues on them. */

export const SECOND = 1_000_000_000n

const RUNNING = fileOf('RUNNING')
export const STATUS = RUNNING.kind === 'text' ? RUNNING.text : ''

export const stopped = (id: string, more: Partial<TaskReply> = {}): TaskReply =>
  taskReply(id, { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT, ...more })

/** Containers that ended while containerd is down, in one pod that lives. */
export const downWith = (ids: readonly string[], more: Partial<World> = {}): World => ({
  ...emptyWorld(NOW),
  containerd: null,
  containers: [sandboxRecord('pod'), ...ids.map((id) => containerRecord(id, 'pod'))],
  tasks: [taskReply('pod'), ...ids.map((id) => stopped(id))],
  files: [
    entry('sandboxes/pod', { kind: 'directory' }),
    ...ids.map((id) => entry(`containers/${id}/status`, { text: STATUS })),
  ],
  ...more,
})

export const rescueOptions = (own: Partial<RescueOptions> = {}): RescueOptions => ({
  timeoutMs: 2_000,
  budgetMs: 10_000,
  concurrency: 512,
  dryRun: false,
  source: { address: '/run/containerd/containerd.sock', root: '/root', state: '/state' },
  ...own,
})

export const rescued = async (node: SimulatedNode, own: Partial<RescueOptions> = {}): Promise<Report> =>
  rightOf(await rescue(rescueOptions(own))(node.rescuePorts)())

export const rescueOn = async (
  world: World,
  own: Partial<RescueOptions> = {},
  options: NodeOptions = {},
): Promise<{ readonly node: SimulatedNode; readonly report: Report; readonly took: bigint }> => {
  const node = simulate(world, options)
  const report = await rescued(node, own)
  return { node, report, took: node.ports.clock.now() - world.now }
}

export const exitsOf = (report: Report): readonly (readonly [string, string | null, number])[] =>
  report.containers.map(({ id, state, exitCode }) => [id, state, exitCode] as const)

export const codesOf = (report: Report, id: string): readonly string[] =>
  report.containers.find((row) => row.id === id)?.problems.map(({ code }) => code) ?? []
