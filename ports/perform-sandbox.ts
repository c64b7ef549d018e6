import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Outcome } from '../core/plans.js'
import type { Action } from '../core/report.js'
import { type SandboxItem, sandboxActions } from '../core/sandbox-plan.js'
import { detailOf, outcomeOf } from './commit.js'
import type { Failure } from './failure.js'
import type { Options } from './options.js'
import { killAndDelete } from './perform.js'
import type { Ports } from './ports.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

export interface RecoveredSandbox {
  readonly outcome: Outcome
  readonly actions: readonly Action[]
  readonly watch: Watch | null
}

const effectOf = async (
  ports: Ports,
  item: SandboxItem,
  signal: Signal,
): Promise<Either<Failure, Watch | null>> => {
  switch (item.decision?.plan.effect ?? 'none') {
    case 'none':
      return E.right(null)
    case 'await-exit':
      // A stored sandbox has no task of ours to wait on; its controller is asked again by whoever stays.
      return item.origin === 'store' ? E.right(null) : ports.tasks.watch(item.id, signal)()
    case 'delete-task': {
      const deleted = await killAndDelete(ports, item.id, item.seenTask, signal)
      return E.isLeft(deleted) ? deleted : E.right(null)
    }
    case 'forget': {
      const forgotten = await ports.sandboxes.forget(item.id, signal)()
      return E.isLeft(forgotten) ? forgotten : E.right(null)
    }
  }
}

/** Performs one sandbox's plan. */
export const performSandbox = async (
  ports: Ports,
  options: Options,
  item: SandboxItem,
): Promise<RecoveredSandbox> => {
  const run = ports.timers.within(
    options.timeoutMs,
    `recover sandbox ${item.id}`,
    (signal) => () => effectOf(ports, item, signal),
  )
  const result = await run()
  const outcome = outcomeOf(result)
  return {
    outcome,
    actions: sandboxActions(item, outcome, detailOf(result)),
    watch: E.isRight(result) ? result.right : null,
  }
}
