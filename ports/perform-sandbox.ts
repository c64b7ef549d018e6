import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import { type SandboxItem, sandboxActions } from '../core/sandbox-plan.js'
import { detailOf, outcomeOf } from './commit.js'
import type { Failure } from './failure.js'
import type { Options } from './options.js'
import { killAndDelete } from './perform.js'
import type { Ports } from './ports.js'
import type { RecoveredSandbox } from './recovered.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

/** Its state was told by its controller, and does not hang on whether anybody waits for its end. */
const watchStored = async (
  ports: Ports,
  item: SandboxItem,
  signal: Signal,
): Promise<Either<Failure, Watch | null>> => {
  const watch = await ports.sandboxes.watch(item.id, item.sandboxer, signal)()
  return E.right(E.isLeft(watch) ? null : watch.right)
}

const effectOf = async (
  ports: Ports,
  item: SandboxItem,
  stays: boolean,
  signal: Signal,
): Promise<Either<Failure, Watch | null>> => {
  switch (item.decision?.plan.effect ?? 'none') {
    case 'none':
      return E.right(null)
    case 'await-exit':
      if (item.origin === 'container') return ports.tasks.watch(item.id, signal)()
      return stays ? watchStored(ports, item, signal) : E.right(null)
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

/**
 * Performs one sandbox's plan.
 *
 * @param stays - whether somebody stays who waits for its end
 */
export const performSandbox = async (
  ports: Ports,
  options: Options,
  item: SandboxItem,
  stays: boolean,
): Promise<RecoveredSandbox> => {
  const run = ports.timers.within(
    options.timeoutMs,
    `recover sandbox ${item.id}`,
    (signal) => () => effectOf(ports, item, stays, signal),
  )
  const begun = ports.clock.now()
  const result = await run()
  const outcome = outcomeOf(result)
  return {
    outcome,
    actions: sandboxActions(item, outcome, detailOf(result)),
    watch: E.isRight(result) ? result.right : null,
    took: ports.clock.now() - begun,
  }
}
