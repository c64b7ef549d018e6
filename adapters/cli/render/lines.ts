import { PLANS } from '../../../core/plans.js'
import type {
  Action,
  ContainerRow,
  ImageRow,
  OrphanRow,
  Problem,
  Report,
  SandboxRow,
} from '../../../core/report.js'
import { RESCUE_PLANS } from '../../../core/rescue.js'
import { SANDBOX_PLANS } from '../../../core/sandbox.js'
import { visible } from '../visible.js'
import { shortId, spokenName } from './names.js'

/** What a row of the report comes to, for a person. The worst first. */
export const FATES = ['lose', 'change', 'remove', 'look', 'keep'] as const
export type Fate = (typeof FATES)[number]

/** One line about one thing. */
export interface Line {
  readonly fate: Fate
  readonly kind: 'container' | 'sandbox' | 'image' | 'directory'
  readonly name: string
  readonly id: string
  /** `RUNNING → EXITED 255` */
  readonly change: string
  readonly why: string
}

/** What leaves something else behind than it found. Waiting does not, and fresh IO is what a created container had. */
const CHANGES: ReadonlySet<Action['kind']> = new Set<Action['kind']>([
  'delete-task',
  'forget-sandbox',
  'make-directory',
  'set-aside-checkpoint',
  'write-checkpoint',
])

const grave = (problems: readonly Problem[]): readonly Problem[] => [
  ...problems.filter(({ severity }) => severity === 'loss'),
  ...problems.filter(({ severity }) => severity === 'warning'),
]

const fateOf = (problems: readonly Problem[], actions: readonly Action[]): Fate => {
  if (problems.some(({ severity }) => severity === 'loss')) return 'lose'
  if (actions.some(({ kind }) => CHANGES.has(kind))) return 'change'
  const failed = actions.some(({ outcome }) => outcome === 'failed')
  return failed || grave(problems).length > 0 ? 'look' : 'keep'
}

/** The gravest problem in full, the others as a number: a line is a line. `explain` tells them all. */
const whyOf = (problems: readonly Problem[], actions: readonly Action[], rule: string): string => {
  const [first, ...others] = grave(problems)
  if (first !== undefined)
    return `${visible(first.message)}${others.length === 0 ? '' : ` (+${others.length})`}`
  const failed = actions.find(({ outcome }) => outcome === 'failed')
  return failed === undefined ? rule : `${failed.kind} failed: ${visible(failed.detail ?? 'no reason given')}`
}

const arrow = (before: string, after: string): string => (before === after ? after : `${before} → ${after}`)

const containerAfter = (row: ContainerRow): string => {
  if (row.state === null) return 'not listed'
  const state = row.state.replace('CONTAINER_', '')
  if (state !== 'EXITED') return state
  return `${state} ${row.exitCode}`
}

const RULES = { ...PLANS, ...RESCUE_PLANS }

const containerLine = (row: ContainerRow): Line => ({
  fate: fateOf(row.problems, row.actions),
  kind: 'container',
  name: row.name === null ? '(no name)' : spokenName(row.name),
  id: shortId(row.id),
  change: arrow(
    row.checkpoint === 'EXITED' && row.state === 'CONTAINER_EXITED' ? containerAfter(row) : row.checkpoint,
    containerAfter(row),
  ),
  why: whyOf(
    row.problems,
    row.actions,
    row.rule === null ? 'Its metadata cannot be read.' : RULES[row.rule].why,
  ),
})

const sandboxLine = (row: SandboxRow): Line => ({
  fate: fateOf(row.problems, row.actions),
  kind: 'sandbox',
  name: row.name === null ? '(no name)' : spokenName(row.name),
  id: shortId(row.id),
  change: row.state === null ? 'not listed' : row.state.replace('SANDBOX_', ''),
  why: whyOf(
    row.problems,
    row.actions,
    row.rule === null ? 'Its metadata cannot be read.' : SANDBOX_PLANS[row.rule].why,
  ),
})

const imageLine = (row: ImageRow): Line => ({
  fate: fateOf(row.problems, []),
  kind: 'image',
  name: visible(row.name),
  id: row.id === null ? '' : shortId(row.id.replace(/^sha256:/, '')),
  change: row.content === 'complete' && !row.unpacked ? 'not unpacked' : row.content,
  why: whyOf(row.problems, [], ''),
})

/** The end of the path is a name, what is before it the same for most: it stands behind the reason. */
const orphanLine = (path: string, others: number, fate: Fate, change: string, reason: string): Line => {
  const [, folder = '', name = path] = /^(.*)\/([^/]+\/[^/]+)$/s.exec(path) ?? []
  return {
    fate,
    kind: 'directory',
    name: visible(others === 0 ? name : `${name} and ${others} more`),
    id: '',
    change,
    why: visible(`${reason} (in ${folder})`),
  }
}

/** What is kept for one reason may be thousands of directories: that is one line. */
const orphanLines = (rows: readonly OrphanRow[], all: boolean): readonly Line[] => {
  const removed = rows
    .filter(({ action }) => action === 'remove')
    .map(({ path, reason }) => orphanLine(path, 0, 'remove', 'remove', reason))
  const kept = new Map<string, string[]>()
  for (const { path, action, reason } of rows)
    if (action === 'keep') kept.set(reason, [...(kept.get(reason) ?? []), path])
  const lines = [...kept].flatMap(([reason, paths]) => {
    if (all) return paths.map((path) => orphanLine(path, 0, 'look', 'keep', reason))
    return [orphanLine(paths[0] ?? '', paths.length - 1, 'look', 'keep', reason)]
  })
  return [...removed, ...lines]
}

/** Every line of a report, the worst first. */
export const linesOf = (report: Report, all: boolean): readonly Line[] => {
  const lines = [
    ...report.containers.map(containerLine),
    ...report.sandboxes.map(sandboxLine),
    ...report.images.map(imageLine),
    ...orphanLines(report.orphans, all),
  ]
  return FATES.flatMap((fate) => lines.filter((line) => line.fate === fate))
}
