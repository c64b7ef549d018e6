import * as E from 'fp-ts/lib/Either.js'
import { type ContainerPlan, planContainer } from '../core/container-plan.js'
import { logPlaceOf } from '../core/log-place.js'
import { describe } from './failure.js'
import type { AttachRequest, IoRequest, LogIo } from './io.js'
import type { Options } from './options.js'
import type { Ports } from './ports.js'

/** What a container's IO needs to know, from its own metadata and its pod's log folder. */
export const ioRequest = (plan: ContainerPlan, logDirectory: string): IoRequest => ({
  id: plan.id,
  tty: plan.metadata?.config?.tty ?? false,
  stdin: plan.metadata?.config?.stdin ?? false,
  log: logPlaceOf(plan.metadata?.logPath ?? '', logDirectory),
})

/** null: it has no task with pipes; one of unknown status has none either. */
const attachRequest = (plan: ContainerPlan, logDirectory: string): AttachRequest | null => {
  const { look } = plan.seen
  if (look.kind !== 'found' || look.task.status === 'unknown' || plan.decision === null) return null
  const { stdin: stdinPath, stdout: stdoutPath, stderr: stderrPath } = look.task
  if (stdoutPath === '' && stderrPath === '') return null
  return { ...ioRequest(plan, logDirectory), stdinPath, stdoutPath, stderrPath }
}

/**
 * Attaches to the pipes of a container's task, and decides again where that fails: the reference attaches in the same
 * step in which it loads the task, and takes a failure for a failed load (reference: cntr.Task with NewContainerIO).
 */
export const attached = async (
  ports: Ports,
  options: Options,
  io: LogIo,
  plan: ContainerPlan,
  logDirectory: string,
): Promise<ContainerPlan> => {
  const request = attachRequest(plan, logDirectory)
  if (request === null || plan.seen.pipes !== null) return plan
  const done = await ports.timers.within(options.timeoutMs, `attach to the pipes of ${plan.id}`, () =>
    io.attach(request),
  )()
  if (E.isRight(done)) return plan
  const pipes = describe({ ...done.left, mayHaveHappened: false })
  const again = planContainer(plan.profile, { ...plan.seen, pipes }, plan.facts.now, null)
  return { ...again, parked: plan.parked }
}
