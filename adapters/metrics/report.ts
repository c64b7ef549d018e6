import { needsAttention, type Problem, problemsOf, type Report } from '../../core/report.js'
import { stateWord } from './readings.js'

/** A report as a text file for node-exporter's textfile collector. Knows nothing of a metrics library. */

/** What a report does not say of the run that it came from. */
export interface Run {
  /** Of this program. */
  readonly version: string
  readonly durationMs: number
  /** ns since 1970 */
  readonly endedAt: bigint
}

type Labels = Readonly<Record<string, string>>

interface Family {
  readonly name: string
  readonly help: string
  readonly samples: readonly (readonly [labels: Labels, value: number])[]
}

const escaped = (value: string): string =>
  value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')

const labelled = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')

const render = ({ name, help, samples }: Family): string =>
  [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(([labels, value]) => `${name}{${labelled(labels)}} ${value}`),
  ].join('\n')

// What a node need not have is 0 there, not missing: a rule over a series that is not there never fires.
const CONTAINERS = ['CREATED', 'RUNNING', 'EXITED', 'UNKNOWN', 'NOT_SHOWN']
const SANDBOXES = ['READY', 'NOTREADY', 'UNKNOWN', 'NOT_SHOWN']
const CONTENTS = ['complete', 'incomplete', 'missing']
const ORPHANS = ['remove', 'keep']
const SEVERITIES: readonly Problem['severity'][] = ['info', 'warning', 'loss']

const split = (
  label: string,
  always: readonly string[],
  counts: Readonly<Record<string, number>>,
): Family['samples'] => {
  const found = new Map(always.map((key) => [stateWord(key), 0]))
  for (const [key, count] of Object.entries(counts)) found.set(stateWord(key), count)
  return [...found].map(([key, count]) => [{ [label]: key }, count])
}

const bySeverity = (problems: readonly Problem[]): Family['samples'] =>
  SEVERITIES.map((severity) => [{ severity }, problems.filter((each) => each.severity === severity).length])

const byCode = (problems: readonly Problem[]): Family['samples'] => {
  const sums = new Map<string, [Labels, number]>()
  for (const { code, severity } of problems) {
    const sum = sums.get(`${code} ${severity}`)
    if (sum === undefined) sums.set(`${code} ${severity}`, [{ code, severity }, 1])
    else sum[1] += 1
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sample]) => sample)
}

const flag = (is: boolean): Family['samples'] => [[{}, is ? 1 : 0]]

const familiesOf = (report: Report, run: Run): readonly Family[] => {
  const { summary, profile } = report
  const problems = problemsOf(report)
  return [
    {
      name: 'cri_recover_report_info',
      help: 'Always 1; its labels say who wrote this report, and by which profile.',
      samples: [[{ version: run.version, profile, containerd: report.source.containerd ?? '' }, 1]],
    },
    {
      name: 'cri_recover_report_timestamp_seconds',
      help: 'When the report was made, in seconds since 1970.',
      samples: [[{}, Number(run.endedAt / 1_000_000n) / 1000]],
    },
    {
      name: 'cri_recover_report_duration_seconds',
      help: 'How long it took to make the report.',
      samples: [[{}, run.durationMs / 1000]],
    },
    {
      name: 'cri_recover_report_fatal',
      help: 'Whether recovery stops before its end, and a service would not start: 0 or 1.',
      samples: flag(report.fatal !== null),
    },
    {
      name: 'cri_recover_report_attention',
      help: 'Whether somebody should look, as exit code 2 says: 0 or 1.',
      samples: flag(needsAttention(report)),
    },
    {
      name: 'cri_recover_report_containers',
      help: 'Containers by the state that recovery gives them; not_shown: it hides them.',
      samples: split('state', CONTAINERS, summary.containers),
    },
    {
      name: 'cri_recover_report_sandboxes',
      help: 'Pod sandboxes by the state that recovery gives them; not_shown: it hides them.',
      samples: split('state', SANDBOXES, summary.sandboxes),
    },
    {
      name: 'cri_recover_report_images',
      help: 'Images by what is there of them.',
      samples: split('content', CONTENTS, summary.images),
    },
    {
      name: 'cri_recover_report_orphans',
      help: 'Directories of no container, by what becomes of them.',
      samples: split('action', ORPHANS, summary.orphans),
    },
    {
      name: 'cri_recover_report_problems',
      help: 'Problems by severity. loss: a state, an exit code or a log is or would be lost.',
      samples: bySeverity(problems),
    },
    {
      name: 'cri_recover_report_problem_codes',
      help: 'Problems by what they are; what does not occur is left out.',
      samples: byCode(problems),
    },
  ]
}

/**
 * A report's counts, and when it was made. Every series has the command for a label, so that the files of several
 * commands can lie side by side.
 */
export const reportMetrics = (report: Report, run: Run): string =>
  familiesOf(report, run)
    .filter(({ samples }) => samples.length > 0)
    .map(({ samples, ...family }) =>
      render({
        ...family,
        samples: samples.map(([labels, value]) => [{ command: report.command, ...labels }, value]),
      }),
    )
    .map((text) => `${text}\n`)
    .join('')
