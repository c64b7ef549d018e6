import type { ContainerRow, SandboxRow } from '../../../core/report.js'
import type { Profile } from '../../../core/transitions.js'
import { grouped, outcomeWords, type PlanView } from '../machine/views.js'
import { spokenName } from '../render/names.js'
import type { Paint } from '../render/paint.js'
import { visible } from '../visible.js'
import type { Explanation } from './explanation.js'

const KINDS: Readonly<Record<Explanation['kind'], string>> = {
  container: 'container',
  sandbox: 'sandbox',
  stored: 'sandbox of the sandbox store',
  rescue: 'task without containerd',
}

const subject = ({ kind, row }: Explanation, paint: Paint): readonly string[] =>
  row === null
    ? []
    : [
        `${KINDS[kind]} ${paint('bold', row.name === null ? '(no name)' : spokenName(row.name))} ${visible(row.id)}`,
      ]

const seen = ({ kind, cell }: Explanation): readonly string[] => {
  if (cell === null) return ['Nothing is decided about it by the table.']
  const [first = '', second] = cell.split('/')
  if (kind === 'rescue') return [`seen: the shim says ${first}, checkpoint ${second ?? ''}`]
  if (second !== undefined) return [`seen: task ${first}, checkpoint ${second}`]
  return [kind === 'stored' ? `seen: its record and controller say ${first}` : `seen: task ${first}`]
}

const planLines = (plan: PlanView, by: Profile | 'rescue', paint: Paint): readonly string[] => [
  '',
  `${by}: rule ${paint('bold', plan.rule)}`,
  `  ${plan.why}`,
  ...(plan.reference === '' ? [] : [`  stands for the reference’s branch “${plan.reference}”`]),
  `  effect ${plan.effect}`,
  ...grouped(plan).map((group) => `  ${outcomeWords(plan, group.outcomes)} → ${group.text}`),
]

const plans = ({ kind, rules, profile, differs }: Explanation, paint: Paint): readonly string[] => {
  if (rules === null) return []
  if (kind === 'rescue')
    return [...planLines(rules.safe, 'rescue', paint), '', 'containerd has nothing like it.']
  const other: Profile = profile === 'safe' ? 'reference' : 'safe'
  return [
    ...planLines(rules[profile], profile, paint),
    ...(differs ? planLines(rules[other], other, paint) : ['', `${other}: the same`]),
  ]
}

const deviations = ({ deviations: some }: Explanation): readonly string[] =>
  some.length === 0
    ? []
    : [
        '',
        'What safe does otherwise, and why:',
        ...some.map(
          ({ id, does, because, askedFor }) =>
            `  ${id}: ${does}, because ${because}${askedFor === '' ? '' : ` (asked for in ${askedFor})`}`,
        ),
      ]

const ending = (row: ContainerRow | SandboxRow): string =>
  'exitCode' in row && row.state === 'CONTAINER_EXITED' ? ` ${row.exitCode} ${visible(row.reason)}` : ''

const here = (row: ContainerRow | SandboxRow): readonly string[] => [
  '',
  `here: ${row.state ?? 'not shown'}${ending(row)}`,
  ...('message' in row && row.message !== '' ? [`  message: ${visible(row.message)}`] : []),
  ...row.actions.map(({ kind, detail }) => `  does ${kind}${detail === null ? '' : `: ${visible(detail)}`}`),
  ...row.problems.map(({ code, severity, message }) => `  ${severity} ${code}: ${visible(message)}`),
]

/** An explanation for a person. */
export const renderExplanation = (explanation: Explanation, paint: Paint): string =>
  [
    ...subject(explanation, paint),
    ...seen(explanation),
    ...(explanation.row === null ? [] : here(explanation.row)),
    ...plans(explanation, paint),
    ...deviations(explanation),
  ].join('\n')
