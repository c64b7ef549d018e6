import type { ContainerRow, Report, SandboxRow } from '../../core/report.js'

/** Reports as lines that are the same in every run: by name, without ids, pids and times. */

const codes = ({ problems }: Pick<ContainerRow, 'problems'>): string => {
  const serious = problems.filter(({ severity }) => severity !== 'info').map(({ code }) => code)
  return serious.length === 0 ? '' : ` (${serious.join(', ')})`
}

/** As `EXITED 7 Error`. */
export const stateOf = ({ state, exitCode, reason }: ContainerRow): string =>
  [
    state === null ? 'not shown' : state.replace('CONTAINER_', ''),
    ...(exitCode === 0 ? [] : [exitCode]),
    ...(reason === '' ? [] : [reason]),
  ].join(' ')

const podOf = (row: SandboxRow): string =>
  `${row.state === null ? 'not shown' : row.state.replace('SANDBOX_', '')}${codes(row)}`

/** Names that come to the same, told once: `web, api: RUNNING; job: EXITED 7 Error`. */
export const grouped = (told: readonly (readonly [name: string, what: string])[]): string =>
  [...new Set(told.map(([, what]) => what))]
    .map((what) => `${told.flatMap(([name, each]) => (each === what ? [name] : [])).join(', ')}: ${what}`)
    .join('; ')

/** Ids by their names, in the order in which they are told. */
export type Ids = ReadonlyMap<string, string>

export const rowOf = (report: Report, ids: Ids, name: string): ContainerRow => {
  const row = report.containers.find(({ id }) => id === ids.get(name))
  if (row === undefined) throw new Error(`no row of ${name}`)
  return row
}

/** The states of the containers alone, where the way to them may differ from run to run. */
export const states = ({ containers }: Report, ids: Ids): string =>
  grouped(
    [...ids].flatMap(([name, id]) =>
      containers.filter((row) => row.id === id).map((row) => [name, stateOf(row)] as const),
    ),
  )

/** What became of every container and pod that has a name here, with the codes of its problems. */
export const told = ({ containers, sandboxes }: Report, ids: Ids): string =>
  grouped(
    [...ids].flatMap(([name, id]) => [
      ...sandboxes.filter((row) => row.id === id).map((row) => [name, podOf(row)] as const),
      ...containers
        .filter((row) => row.id === id)
        .map((row) => [name, `${stateOf(row)}${codes(row)}`] as const),
    ]),
  )
