import { differences, type Things } from './differences.js'
import type { Evidence, Run } from './evidence.js'
import { lifeOf } from './of-nodes.js'

/** What is done twice: the second recovery finds nothing to do, and tells the same (L3). */

/** Done again each time, and no change then: fresh IO has the same names, and a sweep finds nothing. */
const ROUTINE = ['lock.acquire', 'checkpoints.sweep', 'io.create']
/** Done again where what should have followed failed: what is set aside is there already, what is killed is dead. */
const TRIED_AGAIN = [...ROUTINE, 'checkpoints.setAside', 'tasks.kill']
const isIo = ({ in: where, path }: { readonly in: string; readonly path: string }): boolean =>
  where === 'state' && path.includes('/io/')

const onNode = ({ files, tasks, sandboxStore }: Run['before']): Things =>
  new Map<string, unknown>([
    ...files.filter((file) => !isIo(file)).map((file) => [`${file.in}/${file.path}`, file] as const),
    ...tasks.map((task) => [`task ${task.id}`, task] as const),
    ...(sandboxStore ?? []).map((stored) => [`stored sandbox ${stored.id}`, stored] as const),
  ])

const inReport = ({ report }: Run): Things =>
  new Map<string, unknown>([
    ...report.containers.map((row) => [`container ${row.id}`, lifeOf(row)] as const),
    ...report.sandboxes.map(
      ({ id, name, state, pid, createdAt }) =>
        [`sandbox ${id}`, { id, name, state, pid, createdAt }] as const,
    ),
  ])

export const fixpoint = ({ first, second }: Evidence): readonly string[] => {
  const harmless = new Set<string>(second.before.faults.length === 0 ? ROUTINE : TRIED_AGAIN)
  const changing = second.log.filter(
    ({ mutating, call, outcome }) => mutating && outcome === 'done' && !harmless.has(call),
  )
  return [
    ...differences(onNode(second.before), onNode(second.after)).map((what) => `the second changed ${what}`),
    ...differences(inReport(first), inReport(second)).map((what) => `the second tells otherwise, ${what}`),
    ...changing.map(({ call, id }) => `the second did ${call} ${id}`),
  ]
}
