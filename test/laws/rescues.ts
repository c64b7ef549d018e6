import { rightOf } from '../../adapters/fast-check/either.js'
import { asText, type Case, hasExited, ofEach, ofEachRun } from '../../adapters/fast-check/laws/case.js'
import type { Evidence, Run } from '../../adapters/fast-check/laws/evidence.js'
import { LAWS, type Law } from '../../adapters/fast-check/laws/predicates.js'
import { EXITED_AT } from '../../adapters/fast-check/seen.js'
import { fault, TASKS, worldOf } from '../../adapters/fast-check/worlds.js'
import type { Fault, FileEntry, World } from '../../adapters/memory/index.js'
import { type SimulatedNode, simulate } from '../../adapters/memory/index.js'
import type { TaskReply } from '../../core/records.js'
import { rescue } from '../../ports/rescue.js'

/** The laws that speak of a rescue, and the worlds in which it must keep them. */

const SECOND = 1_000_000_000n

const runOn = async (node: SimulatedNode): Promise<Run> => {
  const before = node.world()
  const from = node.log.length
  const asked = {
    timeoutMs: 2_000,
    budgetMs: 10_000,
    concurrency: 8,
    dryRun: false,
    source: { address: null, root: '/root', state: '/state' },
  }
  const report = rightOf(await rescue(asked)(node.rescuePorts)())
  return { before, after: node.world(), log: node.log.slice(from), report, force: false }
}

/** Rescues on a node of this world twice, a second apart. */
export const rescueTwice = async (world: World): Promise<Evidence> => {
  const node = simulate(world)
  const first = await runOn(node)
  node.advance(SECOND)
  return { first, second: await runOn(node) }
}

/** What the shim of a container says. */
export interface ShimForm {
  readonly task: Partial<TaskReply> | null
  readonly faults: readonly Fault[]
}

const STOPPED = { status: 'stopped', exitStatus: 7, exitedAt: EXITED_AT } as const
const shim = (task: ShimForm['task'], ...faults: readonly Fault[]): ShimForm => ({
  task,
  faults: faults.map((each) => ({ ...each, id: 'web' })),
})

export const STOPPED_SHIM = shim(STOPPED)

export const SHIMS: Readonly<Record<string, ShimForm>> = {
  ...Object.fromEntries(
    Object.entries(TASKS).flatMap(([name, { task, faults }]) =>
      faults.length === 0 ? [[name, shim(task)]] : [],
    ),
  ),
  'killed for want of memory': shim({ ...STOPPED, exitStatus: 137 }),
  'stopped, does not know it': shim(STOPPED, fault('shims.state', 'NotFound')),
  'stopped, dead': shim(STOPPED, fault('shims.state', 'Unavailable', { unreached: 'refused' })),
  'stopped, breaks off': shim(STOPPED, fault('shims.state', 'Unavailable', { unreached: 'broken' })),
  'stopped, talks nonsense': shim(STOPPED, fault('shims.state', 'Malformed')),
  'stopped, hangs': shim(STOPPED, fault('shims.state', 'hang')),
  'stopped, heard the second time': shim(STOPPED, fault('shims.state', 'hang', { times: 1 })),
}

export const downWorldOf = (
  form: ShimForm,
  files: readonly FileEntry[],
  now: bigint,
  storage: readonly Fault[] = [],
): World => ({
  ...worldOf(form, files, now, storage),
  containerd: null,
  oomKills: [{ id: 'web', count: 1 }],
  files: [
    ...files,
    {
      in: 'root',
      path: 'sandboxes/pod',
      kind: 'directory',
      text: null,
      base64: null,
      bytes: null,
      unreadable: null,
    },
  ],
})

const MAY_CHANGE: ReadonlySet<string> = new Set([
  'lock.acquire',
  'checkpoints.sweep',
  'checkpoints.setAside',
  'checkpoints.write',
])

/** It writes checkpoints, and copies beside them; whatever else stands there stays, and every task. */
const onlyCheckpoints = ({ before, after, log }: Run): readonly string[] => {
  const others = ({ files }: World): readonly FileEntry[] =>
    files.filter(({ path }) => !/^containers\/web\/(?:status|\.tmp-status)/.test(path))
  const others0 = others(before).filter(({ path }) => path !== 'containers/web')
  const others1 = others(after).filter(({ path }) => path !== 'containers/web')
  return [
    ...(asText(others0) === asText(others1) ? [] : ['it changed other files']),
    ...(asText(before.tasks) === asText(after.tasks) ? [] : ['it changed tasks']),
    ...log
      .filter(({ call, mutating }) => mutating && !MAY_CHANGE.has(call))
      .map(({ call }) => `it did ${call}`),
  ]
}

/** A shim that told an exit has told it for good, where the disk takes it. */
const rescued = ({ run, id, is, row, calls }: Case): string | null => {
  const task = run.before.tasks.find((one) => one.id === id)
  const heard = calls.some(({ call, outcome }) => call === 'shims.state' && outcome === 'done')
  if (!heard || task?.status !== 'stopped' || hasExited(is)) return null
  return row?.problems.some(({ severity }) => severity !== 'info')
    ? null
    : 'an exit that was told is lost, unsaid'
}

const silent = ({ was, is, calls }: Case): string | null => {
  const heard = calls.some(({ call, outcome }) => call === 'shims.state' && outcome === 'done')
  return !heard && asText(was) !== asText(is) ? 'a silent shim changed a checkpoint' : null
}

const told = ({ run, id, row }: Case): string | null =>
  run.before.tasks.some((task) => task.id === id) === (row !== undefined)
    ? null
    : 'its bundle is not told of once'

/** Those of the common laws that a rescue has anything to do with. */
const COMMON: readonly string[] = ['L3', 'L4', 'L5', 'L5 doubt', 'L6 truth', 'L11', 'L15', 'L16', 'L17']

export const RESCUE_LAWS: readonly Law[] = [
  ...LAWS.filter(({ id }) => COMMON.includes(id)),
  {
    id: 'L6 rescue',
    says: 'an exit that was told is on disk, or told as lost',
    both: true,
    breaches: ofEach(rescued),
  },
  { id: 'L7 rescue', says: 'every task is in the report', both: true, breaches: ofEach(told) },
  { id: 'L11 rescue', says: 'a silent shim changes nothing', both: true, breaches: ofEach(silent) },
  {
    id: 'L13 rescue',
    says: 'nothing is removed, killed or deleted',
    both: true,
    breaches: ofEachRun(onlyCheckpoints),
  },
]

/** Where a law is known not to hold, and why. */
export const isExcusedOfRescue = (id: string, form: string, checkpoint: string, storage: string): boolean =>
  // What was written and not heard of, or could not be read this once, is found the second time.
  (id === 'L3' && (storage === 'writes unheard' || form === 'stopped, heard the second time')) ||
  // The pid beside an exit on record is not the rescue's to clear: it writes only exits that it was told.
  (id === 'L16' && checkpoint === 'exited, with a pid')
