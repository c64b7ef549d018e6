import { DEVIATIONS, type DeviationId } from '../../../core/deviations.js'
import {
  type CellView,
  differs,
  grouped,
  outcomeWords,
  type PlanView,
  plansOf,
  SECTIONS,
  type Section,
  type Shown,
} from './views.js'

const code = (word: string): string => `\`${word}\``
const cellText = (text: string): string => text.replaceAll('|', '\\|')

const rows = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...body].map((row) => `| ${row.map(cellText).join(' | ')} |`).join('\n')

const rule = (cell: CellView | undefined, shown: Shown): string => {
  if (cell === undefined) return ''
  if (shown !== 'both') return code(cell.rules[shown].rule)
  const { reference, safe } = cell.rules
  return differs(cell) ? `${code(reference.rule)} → **${code(safe.rule)}**` : code(reference.rule)
}

/** Two axes make a matrix, one makes a list. */
const cells = (section: Section, shown: Shown): string => {
  const [down, across] = section.axes
  const find = (...seen: readonly string[]): string =>
    rule(
      section.cells.find((cell) => cell.seen.join() === seen.join()),
      shown,
    )
  const words = down?.words ?? []
  return across === undefined
    ? rows(
        [down?.name ?? '', 'rule'],
        words.map((word) => [code(word), find(word)]),
      )
    : rows(
        [`${down?.name} ╲ ${across.name}`, ...across.words.map(code)],
        words.map((word) => [code(word), ...across.words.map((other) => find(word, other))]),
      )
}

const outcomes = (plan: PlanView): string =>
  grouped(plan)
    .map((group) => `${outcomeWords(plan, group.outcomes)}: ${group.text}`)
    .join('<br>')

const reasons = (plan: PlanView): string => plan.deviations.map(code).join(', ')

const plans = (section: Section, shown: Shown): string => {
  const some = plansOf(section, shown)
  const explained = some.some((plan) => plan.deviations.length > 0)
  const head = ['rule', 'why', 'effect', 'outcome: status', 'branch of the reference']
  return rows(
    explained ? [...head, 'otherwise because of'] : head,
    some.map((plan) => {
      const row = [code(plan.rule), plan.why, code(plan.effect), outcomes(plan), plan.reference]
      return explained ? [...row, reasons(plan)] : row
    }),
  )
}

const deviationIds = Object.keys(DEVIATIONS) as readonly DeviationId[]

const deviations = (): string =>
  rows(
    ['deviation', 'what `safe` does', 'because', 'asked for in'],
    deviationIds.map((id) => {
      const { does, because, askedFor } = DEVIATIONS[id]
      return [code(id), does, because, askedFor]
    }),
  )

const LEGEND = 'In each cell the rule of `reference`; behind an arrow that of `safe`, where it differs.'

/** The whole machine as Markdown; the README shows it. */
export const tableMarkdown = (shown: Shown): string =>
  [
    ...(shown === 'both' ? [LEGEND] : []),
    ...SECTIONS.flatMap((section) => [`### ${section.title}`, cells(section, shown), plans(section, shown)]),
    ...(shown === 'reference' ? [] : ['### Where `safe` differs from `reference`, and why', deviations()]),
  ].join('\n\n')
