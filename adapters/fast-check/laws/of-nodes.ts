import { isValidId } from '../../../core/ids.js'
import type { ContainerRow } from '../../../core/report.js'
import { idsOf } from '../ids.js'
import { hasProblem } from './case.js'
import type { Run } from './evidence.js'
import { children } from './files.js'

/** Laws about a whole node: what is done twice, what is shown, what is removed. */

/**
 * What a row says of a container's life; how it came to that may differ from run to run, and so may the time of what
 * could not be written down.
 */
export const lifeOf = (row: ContainerRow): unknown => {
  const { actions: _, problems: __, rule: ___, task: ____, checkpoint: _____, ...life } = row
  if (!hasProblem(row, ['checkpoint-not-durable'])) return life
  const { startedAt: ______, finishedAt: _______, message: ________, ...rest } = life
  return rest
}
export const nothingHidden = (run: Run): readonly string[] => {
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
    ...check(idsOf(run.before, 'container'), run.report.containers),
    ...check([...idsOf(run.before, 'sandbox'), ...stored], run.report.sandboxes),
  ]
}

export const namesHeldOnce = ({ report }: Run): readonly string[] =>
  [report.containers, report.sandboxes].flatMap((rows: readonly { readonly name: string | null }[]) => {
    const names = rows.flatMap(({ name }) => (name === null ? [] : [name]))
    return names.filter((name, at) => names.indexOf(name) !== at).map((name) => `${name} is held twice`)
  })

export const deletion = ({ before, after, force }: Run): readonly string[] => {
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
