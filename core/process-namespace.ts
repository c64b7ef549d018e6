import { isLeft } from 'fp-ts/lib/Either.js'
import type { ContainerSeen } from './observation.js'
import type { SandboxItem } from './sandbox-plan.js'
import { LIVE_TASKS, taskSeenOf } from './seen.js'
import { SIGKILLED } from './status.js'

/** A sandbox that is killed takes along whoever shares its process namespace. */

/** The sandboxes whose processes the reference kills before it looks at their containers: those that do not run. */
export const killedOf = (items: readonly SandboxItem[]): ReadonlySet<string> =>
  new Set(
    items
      .filter(
        ({ decision, metadata, pid }) =>
          decision?.plan.effect === 'delete-task' && pid !== 0 && !metadata?.hostProcesses,
      )
      .map(({ id }) => id),
  )

/** What is seen of a container once its sandbox was killed: in a shared pid namespace the kernel kills all. */
export const afterKilling = (
  killed: ReadonlySet<string>,
  now: bigint,
  seen: ContainerSeen,
): ContainerSeen => {
  const { look, metadata } = seen
  if (isLeft(metadata) || look.kind !== 'found' || !LIVE_TASKS.has(taskSeenOf(look))) return seen
  const { sandboxId, config } = metadata.right
  if (config === null || !config.sharesProcesses || !killed.has(sandboxId)) return seen
  const task = { ...look.task, status: 'stopped', exitStatus: SIGKILLED, exitedAt: now } as const
  return { ...seen, look: { kind: 'found', task } }
}
