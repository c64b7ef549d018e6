import type { Call } from '../../adapters/memory/intercept.js'
import { type Checkpoint, encodeCheckpoint } from '../../core/checkpoint.js'
import { foldKey } from '../../core/go.js'
import { isValidId } from '../../core/ids.js'
import type { ContainerRow, ProblemCode } from '../../core/report.js'
import { type CheckpointSeen, type Status, seenOf, UNREADABLE_STATUS } from '../../core/status.js'
import type { Evidence, Run } from './evidence.js'
import { checkpointAt, children, entryAt, sameBody, textAt } from './files.js'

/** A law of laws.md, told by what a recovery left behind: each sentence is a breach; none, and it holds. */
export interface Law {
  readonly id: string
  readonly says: string
  /** In both profiles: it is about order and durability, and changes no state */
  readonly both: boolean
  readonly breaches: (evidence: Evidence) => readonly string[]
}

const KIND = 'io.cri-containerd.kind'
const idsOf = ({ before }: Run, kind: 'container' | 'sandbox'): readonly string[] =>
  before.containers.filter(({ labels }) => labels.get(KIND) === kind).map(({ id }) => id)

/** One container with all that is known of it, before and after. */
interface Case {
  readonly run: Run
  readonly id: string
  readonly was: Checkpoint | null
  readonly is: Checkpoint | null
  readonly row: ContainerRow | undefined
  /** The calls about it, in their order */
  readonly calls: readonly Call[]
}

const casesOf = (run: Run): readonly Case[] =>
  idsOf(run, 'container').map((id) => ({
    run,
    id,
    was: checkpointAt(run.before, id),
    is: checkpointAt(run.after, id),
    row: run.report.containers.find((row) => row.id === id),
    calls: run.log.filter((call) => call.id === id),
  }))

const taskOf = ({ run, id }: Case, when: 'before' | 'after') => run[when].tasks.find((task) => task.id === id)
const hasExited = (checkpoint: Checkpoint | null): boolean =>
  checkpoint !== null && checkpoint.status.finishedAt !== 0n
const hasProblem = (row: ContainerRow | undefined, codes: readonly ProblemCode[]): boolean =>
  row?.problems.some(({ code }) => codes.includes(code)) ?? false

/** A law about each container by itself. */
const ofEach =
  (breach: (one: Case) => string | null) =>
  ({ first, second }: Evidence): readonly string[] =>
    [first, second].flatMap((run) =>
      casesOf(run).flatMap((one) => {
        const what = breach(one)
        return what === null ? [] : [`${one.id}: ${what}`]
      }),
    )

const ofEachRun =
  (breaches: (run: Run) => readonly string[]) =>
  ({ first, second }: Evidence): readonly string[] =>
    [first, second].flatMap(breaches)

/**
 * What a row says of a container's life; how it came to that may differ from run to run, and so may the time of what
 * could not be written down.
 */
const lifeOf = (row: ContainerRow): unknown => {
  const { actions: _, problems: __, rule: ___, task: ____, checkpoint: _____, ...life } = row
  if (!hasProblem(row, ['checkpoint-not-durable'])) return life
  const { startedAt: ______, finishedAt: _______, message: ________, ...rest } = life
  return rest
}
const asText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? `${part}n` : part instanceof Map ? [...part] : part,
  )

/** Done again each time, and no change then: fresh IO has the same names, and a sweep finds nothing. */
const ROUTINE = ['lock.acquire', 'checkpoints.sweep', 'io.create']
/** Done again where what should have followed failed: what is set aside is there already, what is killed is dead. */
const TRIED_AGAIN = [...ROUTINE, 'checkpoints.setAside', 'tasks.kill']
const isIo = ({ in: where, path }: { readonly in: string; readonly path: string }): boolean =>
  where === 'state' && path.includes('/io/')

const fixpoint = ({ first, second }: Evidence): readonly string[] => {
  const stateOf = ({ files, tasks, sandboxStore }: Run['before']): string =>
    asText({ files: files.filter((file) => !isIo(file)), tasks, sandboxStore })
  const before = stateOf(second.before)
  const after = stateOf(second.after)
  const harmless = new Set<string>(second.before.faults.length === 0 ? ROUTINE : TRIED_AGAIN)
  const rows = ({ report }: Run): string =>
    asText([
      report.containers.map(lifeOf),
      report.sandboxes.map(({ id, name, state, pid, createdAt }) => ({ id, name, state, pid, createdAt })),
    ])
  const changing = second.log.filter(
    ({ mutating, call, outcome }) => mutating && outcome === 'done' && !harmless.has(call),
  )
  return [
    ...(before === after ? [] : [`the second changed the node: ${before} → ${after}`]),
    ...(rows(first) === rows(second) ? [] : [`rows differ: ${rows(first)} → ${rows(second)}`]),
    ...changing.map(({ call, id }) => `the second did ${call} ${id}`),
  ]
}

const RANK: Readonly<Record<CheckpointSeen, number>> = {
  UNREADABLE: 0,
  BLANK: 0,
  CREATED: 1,
  RUNNING: 2,
  EXITED: 3,
}
const STATE_RANK = { CONTAINER_UNKNOWN: 9, CONTAINER_CREATED: 1, CONTAINER_RUNNING: 2, CONTAINER_EXITED: 3 }

const monotone = ({ was, is, row }: Case): string | null => {
  if (was === null) return null
  if (is === null) return 'a checkpoint that could be read is gone'
  const rank = RANK[seenOf(was.status)]
  if (RANK[seenOf(is.status)] < rank) return 'it fell on disk'
  if (row?.state != null && STATE_RANK[row.state] < rank) return 'it fell in memory'
  const kept = (['createdAt', 'startedAt', 'finishedAt'] as const).every(
    (time) => was.status[time] === 0n || was.status[time] === is.status[time],
  )
  return kept ? null : 'a time on record was changed'
}

const setAside = ({ run, id, was }: Case): string | null => {
  const stood = entryAt(run.before, `containers/${id}/status`)
  const stands = entryAt(run.after, `containers/${id}/status`)
  if (was !== null || stood === undefined || stood.kind === 'directory') return null
  if (stands !== undefined && sameBody(stood, stands)) return null
  const kept = run.after.files.some(
    (file) => file.in === 'root' && file.path.startsWith(`containers/${id}/status.`) && sameBody(file, stood),
  )
  return kept ? null : 'what could not be read is gone'
}

const noDoubtWritten = ({ run, id }: Case): string | null =>
  textAt(run.before, id) !== textAt(run.after, id) &&
  textAt(run.after, id) === encodeCheckpoint(UNREADABLE_STATUS, null)
    ? 'doubt was written down'
    : null

const exitsFirst = (one: Case): string | null => {
  const { run, was, is, calls } = one
  const task = taskOf(one, 'before')
  // An exit time of 0 is no exit to the reference: deviation no-exit-time.
  if (run.report.profile === 'reference' && task?.exitedAt === 0n) return null
  const end = calls.find(({ call }) => call === 'tasks.delete' || call === 'tasks.kill')
  if (end === undefined || hasExited(was) || task?.status !== 'stopped') return null
  const written = calls.find(({ call, outcome }) => call === 'checkpoints.write' && outcome === 'done')
  if (written === undefined || written.n > end.n) return 'its task was deleted before its exit was on disk'
  return hasExited(is) ? null : 'its task was deleted, and its exit is not on disk'
}

const exitsTrue = (one: Case): string | null => {
  const { was, is, row } = one
  if (was !== null && hasExited(was))
    return was.status.exitCode === is?.status.exitCode && was.status.finishedAt === is.status.finishedAt
      ? null
      : 'the first exit on record was overwritten'
  const task = taskOf(one, 'before')
  const code = task?.status === 'stopped' ? task.exitStatus | 0 : 255
  if (hasExited(is) && is?.status.exitCode !== code) return `exit code ${is?.status.exitCode} is written down`
  return row?.state === 'CONTAINER_EXITED' && row.exitCode !== code ? `it shows ${row.exitCode}` : null
}

const nothingHidden = (run: Run): readonly string[] => {
  const stored = (run.before.sandboxStore ?? []).map(({ id }) => id)
  const check = (
    ids: readonly string[],
    rows: readonly { readonly id: string; readonly state: string | null }[],
  ) =>
    [...new Set([...ids, ...rows.map(({ id }) => id)])]
      .filter(
        (id) => rows.filter((row) => row.id === id && row.state !== null).length !== 1 || !ids.includes(id),
      )
      .map((id) => `${id} is not shown once`)
  return [
    ...check(idsOf(run, 'container'), run.report.containers),
    ...check([...idsOf(run, 'sandbox'), ...stored], run.report.sandboxes),
  ]
}

const namesHeldOnce = ({ report }: Run): readonly string[] =>
  [report.containers, report.sandboxes].flatMap((rows: readonly { readonly name: string | null }[]) => {
    const names = rows.flatMap(({ name }) => (name === null ? [] : [name]))
    return names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is held twice`)
  })

const ANSWERS: ReadonlySet<Call['outcome']> = new Set<Call['outcome']>(['done', 'NotFound'])

/** That it ended must have been told: by a stopped task, or by the answer that there is none. */
const noExitUnproven = (one: Case): string | null => {
  const { was, is, row, calls } = one
  const isGone = calls.some(
    ({ call, outcome }) => (call === 'tasks.get' || call === 'tasks.watch') && outcome === 'NotFound',
  )
  const proven = hasExited(was) || isGone || taskOf(one, 'before')?.status === 'stopped'
  if (hasExited(is) && !proven) return 'an exit that nobody told of is written down'
  return row?.state === 'CONTAINER_EXITED' && !proven ? 'it shows an exit that nobody told of' : null
}

const noHarmUnasked = ({ calls }: Case): string | null => {
  const silent = calls.find(
    ({ call, outcome }) => (call === 'tasks.get' || call === 'tasks.watch') && !ANSWERS.has(outcome),
  )
  const harm = calls.find(({ call }) => call === 'tasks.kill' || call === 'tasks.delete')
  return silent !== undefined && harm !== undefined ? `${harm.call} after ${silent.outcome}` : null
}

const PROBLEMS_OF_DOUBT = ['not-monitored', 'state-unknown'] as const

const watched = (one: Case): string | null => {
  const { row, calls } = one
  const task = taskOf(one, 'after')
  const began = calls.some(({ call, outcome }) => call === 'tasks.watch' && outcome === 'done')
  if (row?.monitored) return began ? null : 'it is said to be watched, and is not'
  // Whoever was told that there is none has nothing to say of it.
  const isSaidGone = row?.task === 'MISSING' || row?.actions.some(({ outcome }) => outcome === 'not_found')
  if (task === undefined || task.status === 'stopped' || isSaidGone) return null
  const isAlive = task.status === 'running' || task.status === 'paused' || task.status === 'pausing'
  const told = row?.task !== 'UNREACHABLE' && isAlive ? (['not-monitored'] as const) : PROBLEMS_OF_DOUBT
  return hasProblem(row, told) ? null : `its ${task.status} task is not watched, and nobody says so`
}

const deletion = ({ before, after, force }: Run): readonly string[] => {
  const stored = (before.sandboxStore ?? []).map(({ id }) => id)
  const known = new Set([...before.containers.map(({ id }) => id), ...stored])
  const left = new Set(children(after).map((child) => `${child.in} ${child.path}`))
  const all = children(before)
  const gone = all.filter((child) => !left.has(`${child.in} ${child.path}`))
  const isMounted = (at: string, path: string): boolean =>
    before.mounts.some((m) => m.in === at && (m.path === path || m.path.startsWith(`${path}/`)))
  const directories = all.filter(({ isDirectory }) => isDirectory).length
  return [
    ...gone.filter(({ isDirectory }) => !isDirectory).map(({ path }) => `${path} was no directory`),
    ...gone.filter(({ name }) => !isValidId(name)).map(({ path }) => `${path} has no valid name`),
    ...gone.filter(({ name }) => known.has(name)).map(({ path }) => `${path} is somebody’s`),
    ...gone.filter((child) => isMounted(child.in, child.path)).map(({ path }) => `${path} was mounted`),
    ...(force || gone.length * 2 <= directories ? [] : [`${gone.length} of ${directories} are gone`]),
  ]
}

const OURS: ReadonlySet<string> = new Set(
  ['Version', 'Pid', 'CreatedAt', 'StartedAt', 'FinishedAt', 'ExitCode', 'Reason', 'Message'].map(foldKey),
)
const othersOf = ({ document }: Checkpoint): string =>
  asText(document.entries.filter(([key]) => !OURS.has(foldKey(key))))

const lossless = ({ was, is }: Case): string | null =>
  was === null || (is !== null && othersOf(was) === othersOf(is)) ? null : 'what was not ours was lost'

const inOrder = (...times: readonly bigint[]): boolean => {
  const known = times.filter((time) => time !== 0n)
  return known.every((time, at) => at === 0 || (known[at - 1] ?? time) <= time)
}
const isInOrder = ({ createdAt, startedAt, finishedAt }: Status | ContainerRow): boolean =>
  inOrder(createdAt, startedAt, finishedAt)

const sane = ({ run, id, was, is, row }: Case): string | null => {
  const record = run.before.containers.find((container) => container.id === id)
  const before = was?.status ?? UNREADABLE_STATUS
  const given = inOrder(before.createdAt || (record?.createdAt ?? 0n), before.startedAt, before.finishedAt)
  if (row?.state === 'CONTAINER_EXITED' && row.pid !== 0) return 'it exited and has a pid'
  if (is !== null && is.status.finishedAt !== 0n && !hasExited(was) && is.status.pid !== 0)
    return 'an exit is written down with a pid'
  if (is !== null && (was === null || isInOrder(was.status)) && !isInOrder(is.status))
    return 'its times are written down out of order'
  return row !== undefined && given && !isInOrder(row) ? 'it shows times out of order' : null
}

const EFFECTS: ReadonlySet<string> = new Set(['tasks.delete', 'io.create', 'sandboxes.forget'])

const bounded = ({ run, id, calls }: Case): string | null => {
  const writes = calls.filter(({ call }) => call === 'checkpoints.write')
  if (calls.filter(({ call }) => EFFECTS.has(call)).length > 1) return 'more than one effect'
  if (writes.length > 1) return 'more than one write'
  const isWritten = writes.some(({ outcome }) => outcome === 'done')
  return isWritten && textAt(run.before, id) === textAt(run.after, id) ? 'written, and nothing changed' : null
}

const law = (id: string, says: string, both: boolean, breaches: Law['breaches']): Law => ({
  id,
  says,
  both,
  breaches,
})

export const LAWS: readonly Law[] = [
  law('L3', 'recovering a second time, undisturbed, changes nothing', false, fixpoint),
  law('L4', 'a life never goes backwards, and no time on record changes', false, ofEach(monotone)),
  law('L5', 'what cannot be read is set aside before it is written over', true, ofEach(setAside)),
  law('L5 doubt', 'doubt is never written down', false, ofEach(noDoubtWritten)),
  law('L6', 'an exit is on disk before its task is deleted', true, ofEach(exitsFirst)),
  law('L6 truth', 'the first exit on record stands, and a lost one is 255', false, ofEach(exitsTrue)),
  law('L7', 'every listed id is shown once', false, ofEachRun(nothingHidden)),
  law('L8', 'a name has one holder', false, ofEachRun(namesHeldOnce)),
  law('L11', 'silence is no exit', true, ofEach(noExitUnproven)),
  law('L11 harm', 'what did not answer is not killed', true, ofEach(noHarmUnasked)),
  law('L12', 'every live task is watched, or reported as not', false, ofEach(watched)),
  law('L13', 'a directory goes only if it is nobody’s, and not too many go', true, ofEachRun(deletion)),
  law('L15', 'what is not known survives', true, ofEach(lossless)),
  law('L16', 'an exit has no pid, and times are in order', false, ofEach(sane)),
  law('L17', 'one effect, one write, and none where nothing changed', true, ofEach(bounded)),
]
