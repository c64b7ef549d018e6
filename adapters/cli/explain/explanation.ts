import { DEVIATIONS, type DeviationId } from '../../../core/deviations.js'
import type { ContainerRow, Report, SandboxRow } from '../../../core/report.js'
import { STORED_SEEN } from '../../../core/sandbox.js'
import type { Profile } from '../../../core/transitions.js'
import { differs, type PlanView, type SectionName } from '../machine/views.js'
import { type Found, findCell } from './cell.js'

export interface ExplainedDeviation {
  readonly id: DeviationId
  readonly does: string
  readonly because: string
  readonly askedFor: string
}

/** Why something is decided as it is, read from the tables alone. */
export interface Explanation {
  readonly version: 1
  readonly kind: SectionName
  readonly profile: Profile
  /** What was seen; null where nothing is decided by a table */
  readonly cell: string | null
  readonly rules: Readonly<Record<Profile, PlanView>> | null
  readonly differs: boolean
  readonly deviations: readonly ExplainedDeviation[]
  /** The row of the report that it is about; null for a cell without a node */
  readonly row: ContainerRow | SandboxRow | null
}

const explained = (ids: readonly DeviationId[]): readonly ExplainedDeviation[] =>
  [...new Set(ids)].map((id) => ({ id, ...DEVIATIONS[id] }))

export const explainCell = ({ section, cell }: Found, profile: Profile): Explanation => ({
  version: 1,
  kind: section.name,
  profile,
  cell: cell.seen.join('/'),
  rules: cell.rules,
  differs: differs(cell),
  deviations: explained(cell.deviations),
  row: null,
})

/** Deviations that no cell holds, for they are about what stands around a container. */
const around = (row: ContainerRow | SandboxRow): readonly DeviationId[] => {
  const has = (code: string): boolean => row.problems.some((problem) => problem.code === code)
  return [
    ...(has('name-conflict') ? (['name-conflict'] as const) : []),
    ...(has('metadata-unreadable') ? (['metadata-unreadable'] as const) : []),
    ...(has('directory-missing') ? (['directory-missing'] as const) : []),
    ...(has('log-lost') ? (['pipes-gone'] as const) : []),
    ...(has('checkpoint-not-durable') ? (['write-failed'] as const) : []),
  ]
}

const explainRow = (
  kind: SectionName,
  found: Found | null,
  row: ContainerRow | SandboxRow,
  profile: Profile,
): Explanation => {
  if (found === null || row.rule === null)
    return {
      version: 1,
      kind,
      profile,
      cell: null,
      rules: null,
      differs: false,
      deviations: explained(around(row)),
      row,
    }
  const base = explainCell(found, profile)
  return { ...base, deviations: explained([...found.cell.deviations, ...around(row)]), row }
}

const explainContainer = (row: ContainerRow, profile: Profile): Explanation =>
  explainRow('container', findCell('container', [row.task, row.checkpoint]), row, profile)

/** A stored sandbox's row does not hold what its controller said: its rule is looked for instead. */
const explainSandbox = (row: SandboxRow, profile: Profile): Explanation => {
  if (row.task !== null) return explainRow('sandbox', findCell('sandbox', [row.task]), row, profile)
  return explainRow('stored', storedCellOf(row, profile), row, profile)
}

const storedCellOf = (row: SandboxRow, profile: Profile): Found | null => {
  const words = STORED_SEEN.find((seen) => findCell('stored', [seen])?.cell.rules[profile].rule === row.rule)
  return words === undefined ? null : findCell('stored', [words])
}

/** The explanation of what a report says of an id; null where it says nothing of it. */
export const explainId = (report: Report, id: string): Explanation | null => {
  const container = report.containers.find((row) => row.id === id)
  if (container !== undefined) return explainContainer(container, report.profile)
  const sandbox = report.sandboxes.find((row) => row.id === id)
  return sandbox === undefined ? null : explainSandbox(sandbox, report.profile)
}
