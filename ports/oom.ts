import * as E from 'fp-ts/lib/Either.js'
import type { TaskLook } from '../core/seen.js'
import { SIGKILLED } from '../core/status.js'
import type { Ports } from './ports.js'

/** Whether the kernel killed for want of memory. Only a SIGKILL can have been its; a cgroup that cannot be read says nothing. */
export const wasOomKilled = async (
  { timers, shims }: Pick<Ports, 'timers' | 'shims'>,
  timeoutMs: number,
  id: string,
  look: TaskLook,
): Promise<boolean> => {
  if (look.kind !== 'found' || look.task.status !== 'stopped' || look.task.exitStatus !== SIGKILLED)
    return false
  const kills = await timers.within(timeoutMs, `count the OOM kills of ${id}`, () => shims.oomKills(id))()
  return E.isRight(kills) && kills.right !== null && kills.right > 0
}
