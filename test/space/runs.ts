import { isLeft } from 'fp-ts/lib/Either.js'
import { asText } from '../../adapters/fast-check/laws/case.js'
import type { Run } from '../../adapters/fast-check/laws/evidence.js'
import { lifeOf } from '../../adapters/fast-check/laws/of-nodes.js'
import { options } from '../../adapters/fast-check/options.js'
import { type SimulatedNode, simulate, type World } from '../../adapters/memory/index.js'
import type { TaskReply } from '../../core/records.js'
import { REPORT_VERSION, type Report, summaryOf } from '../../core/report.js'
import { recover } from '../../ports/recover.js'
import type { Heard } from './heard.js'
import type { Running } from './place.js'
import type { Halted, Wiring } from './process.js'

/** Recoveries that came to their end, as laws look at them. */

const NO_ROWS = { sandboxes: [], containers: [], images: [], orphans: [] }
/** Of a step nothing is reported. */
export const emptyReport: Report = {
  version: REPORT_VERSION,
  command: 'recover',
  profile: 'safe',
  source: { kind: 'world', address: null, root: '/root', state: '/state', containerd: null },
  fatal: null,
  ...NO_ROWS,
  summary: summaryOf(NO_ROWS),
}

/** A recovery that nobody disturbs, of one item after the other. */
export const alone = async (node: SimulatedNode, wiring: Wiring): Promise<Run> => {
  node.startContainerd()
  const before = node.world()
  const report = await recover(options({ concurrency: 1 }))(wiring(node.ports))()
  if (isLeft(report)) throw new Error(`the recovery did not begin: ${report.left.said}`)
  return { before, after: node.world(), log: [...node.log], report: report.right, force: false }
}

const SECOND = 1_000_000_000n

/** Each world's recovery is looked at once: nothing but the world has a part in it. */
export const remembering = (wiring: Wiring, later = 0n): ((world: World) => Promise<Run>) => {
  const runs = new Map<World, Promise<Run>>()
  return (world) => {
    const run = runs.get(world) ?? alone(simulate({ ...world, now: world.now + later }), wiring)
    runs.set(world, run)
    return run
  }
}
export const secondLater = (wiring: Wiring) => remembering(wiring, SECOND)

const isTask = (answer: unknown): answer is TaskReply =>
  typeof answer === 'object' && answer !== null && 'exitStatus' in answer && 'id' in answer

/** Its tasks as they were told to it: what happened to them later it need not know. */
const tasksSeen = (begun: World, heard: readonly Heard[]): readonly TaskReply[] => {
  const told = heard.flatMap(({ call, answer }) => {
    if (call !== 'tasks.list' && !call.startsWith('tasks.get ')) return []
    return isLeft(answer) ? [] : [answer.right].flat().filter(isTask)
  })
  const first = new Map<string, TaskReply>()
  for (const task of told) if (!first.has(task.id)) first.set(task.id, task)
  return begun.tasks.flatMap((task) => {
    const seen = first.get(task.id)
    const isMissing = heard.some(
      ({ call, answer }) =>
        call === `tasks.get ${task.id}` && isLeft(answer) && answer.left.tag === 'NotFound',
    )
    return seen !== undefined ? [seen] : isMissing ? [] : [task]
  })
}

/** The run that ended here. */
export const runOf = (
  { begun, report }: Running & { readonly report: Report },
  { world, heard, log }: Halted,
): Run => ({
  before: { ...begun, tasks: tasksSeen(begun, heard) },
  after: world,
  log: [...log],
  report,
  force: false,
})

const LEARNT = /18000000\d\d000000000/g
const LEARNT_SHOWN = /2027-01-15T08:00:\d\dZ/g

/** What is left of a node and shown of it in the end; when it was learnt may differ. */
export const endOf = ({ after, report }: Run): string =>
  asText([
    after.files.map((file) => [file.path, file.text]).sort(),
    after.tasks,
    report.containers.map(lifeOf),
    report.sandboxes.map(({ id, name, state, pid }) => ({ id, name, state, pid })),
  ])
    .replace(LEARNT, 'when it was learnt')
    .replace(LEARNT_SHOWN, 'when it was learnt')
