import CliTable from 'cli-table3'
import { PROBLEMS, type Problem, type ProblemCode, problemsOf, type Report } from '../../../core/report.js'
import { visible } from '../visible.js'
import { counted } from './counted.js'
import { FATES, type Fate, type Line, linesOf } from './lines.js'
import type { Paint, Style } from './paint.js'

/** A report for a person: read in ten seconds, or not at all. */

interface Look {
  readonly symbol: string
  readonly style: Style
  readonly planned: string
  readonly done: string
}

const LOOKS: Readonly<Record<Fate, Look>> = {
  lose: { symbol: '!', style: 'red', planned: 'to lose', done: 'lost' },
  change: { symbol: '~', style: 'yellow', planned: 'to change', done: 'changed' },
  remove: { symbol: '-', style: 'yellow', planned: 'to remove', done: 'removed' },
  look: { symbol: '?', style: 'cyan', planned: 'to look at', done: 'to look at' },
  keep: { symbol: '=', style: 'dim', planned: 'to keep', done: 'kept' },
}

/** A plan, a recovery that stopped, and a dry run have done nothing. */
const isDone = (report: Report): boolean =>
  report.command !== 'plan' &&
  report.fatal === null &&
  (report.command !== 'rescue' ||
    report.containers.every((row) => row.actions.every(({ outcome }) => outcome !== null)))

const words = (fate: Fate, report: Report): string =>
  isDone(report) ? LOOKS[fate].done : LOOKS[fate].planned

const states = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(
      ([state, count]) =>
        `${count} ${state
          .replace(/^(?:CONTAINER|SANDBOX)_/, '')
          .toLowerCase()
          .replace('_', ' ')}`,
    )
    .join(', ')

const part = (
  one: string,
  many: string,
  rows: readonly unknown[],
  counts: Readonly<Record<string, number>>,
): string => (rows.length === 0 ? `no ${many}` : `${counted(rows.length, one, many)} (${states(counts)})`)

const head = (report: Report, paint: Paint): readonly string[] => {
  const { kind, address, containerd } = report.source
  const version = containerd === null ? 'containerd' : `containerd ${visible(containerd)}`
  const where =
    kind === 'world' ? `${version} in memory` : `${version} at ${visible(address ?? 'no address')}`
  const { containers, sandboxes, images, summary } = report
  if (report.command === 'rescue') {
    const tasks = part('task', 'tasks', containers, summary.containers)
    return [`${tasks} beside ${visible(address ?? 'no address')}, where containerd is down`]
  }
  return [
    paint('dim', `${where}, profile ${report.profile}`),
    [
      part('container', 'containers', containers, summary.containers),
      part('sandbox', 'sandboxes', sandboxes, summary.sandboxes),
      part('image', 'images', images, summary.images),
    ].join('; '),
  ]
}

const fatal = (report: Report, paint: Paint): readonly string[] => {
  if (report.fatal === null) return []
  const { stage, message } = report.fatal
  const end =
    report.command === 'plan' && report.profile === 'reference'
      ? 'containerd’s CRI plugin would not start'
      : report.command === 'plan'
        ? 'recovery would stop'
        : 'recovery stopped'
  return [paint('red', `FATAL: ${end} at ${visible(stage)}: ${visible(message)}`)]
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
}

const table = (lines: readonly Line[], paint: Paint): readonly string[] => {
  if (lines.length === 0) return []
  const grid = new CliTable({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 1, head: [], border: [] },
  })
  for (const line of lines) {
    const { symbol, style } = LOOKS[line.fate]
    grid.push([paint(style, symbol), line.kind, paint('bold', line.name), line.id, line.change, line.why])
  }
  return [
    '',
    ...grid
      .toString()
      .split('\n')
      .map((row) => row.trimEnd()),
    '',
  ]
}

/** What nobody has to act on is told once, as a number. */
const asides = (report: Report): readonly string[] => {
  const isInfo = ({ severity }: Problem): boolean => severity === 'info'
  const codes = problemsOf(report)
    .filter(isInfo)
    .map(({ code }) => code)
  return [...new Set<ProblemCode>(codes)].map(
    (code) => `${codes.filter((other) => other === code).length} × ${code}: ${PROBLEMS[code]}`,
  )
}

const legend = (lines: readonly Line[], report: Report, paint: Paint): readonly string[] => {
  const occurring = FATES.filter((fate) => lines.some((line) => line.fate === fate))
  if (occurring.length === 0) return []
  return [
    occurring
      .map((fate) => `${paint(LOOKS[fate].style, LOOKS[fate].symbol)} ${words(fate, report)}`)
      .join('   '),
  ]
}

const ALWAYS: ReadonlySet<Fate> = new Set<Fate>(['keep', 'change', 'lose'])

/** `Plan: 97 to keep, 3 to change, 1 to lose.` */
const sum = (lines: readonly Line[], report: Report): string => {
  const order: readonly Fate[] = ['keep', 'change', 'remove', 'lose', 'look']
  const parts = order
    .map((fate) => ({ fate, count: lines.filter((line) => line.fate === fate).length }))
    .filter(({ fate, count }) => count > 0 || ALWAYS.has(fate))
    .map(({ fate, count }) => `${count} ${words(fate, report)}`)
  const sums = parts.join(', ')
  if (report.command === 'plan') return `Plan: ${sums}.`
  if (report.command === 'rescue') return `${isDone(report) ? 'Rescued' : 'To rescue'}: ${sums}.`
  return report.fatal === null ? `Recovered: ${sums}.` : `Stopped, nothing was done: ${sums}.`
}

/**
 * The report as lines of text. What stays as it is is counted; `all` lists it, too. The last line is the sum.
 */
export const renderReport = (
  report: Report,
  options: { readonly all: boolean; readonly paint: Paint },
): string => {
  const { all, paint } = options
  const every = linesOf(report, true)
  const shown = linesOf(report, all).filter(({ fate }) => all || fate !== 'keep')
  return [
    ...fatal(report, paint),
    ...head(report, paint),
    ...table(shown, paint),
    ...asides(report),
    ...legend(shown, report, paint),
    paint('bold', sum(every, report)),
  ].join('\n')
}
