import type { Either } from 'fp-ts/lib/Either.js'
import * as E from 'fp-ts/lib/Either.js'
import type { Commit } from '../core/commit.js'
import type { Outcome } from '../core/plans.js'
import type { Action, ActionKind } from '../core/report.js'
import { describe, type Failure } from './failure.js'
import type { Ports } from './ports.js'
import type { Signal } from './signal.js'

/** Writing down what was settled. */

export const outcomeOf = (result: Either<Failure, unknown>): Outcome =>
  E.isRight(result) ? 'done' : result.left.tag === 'NotFound' ? 'not_found' : 'failed'

export const detailOf = (result: Either<Failure, unknown>): string | null =>
  E.isLeft(result) ? describe(result.left) : null

export const action = (kind: ActionKind, result: Either<Failure, unknown>): Action => ({
  kind,
  outcome: outcomeOf(result),
  detail: detailOf(result),
})

export interface Committed {
  readonly actions: readonly Action[]
  /** Why it could not be written; null where it could, or need not be */
  readonly unwritten: string | null
}

/**
 * Does what a commit says, each step only where the one before it worked: what could not be set aside is not written
 * over (L5).
 *
 * @param timeoutMs - each step's deadline
 * @param at - ns since 1970; goes into the name of what is set aside
 * @param all - no step begins any more once this is aborted
 */
export const commit = async (
  { checkpoints, timers }: Pick<Ports, 'checkpoints' | 'timers'>,
  timeoutMs: number,
  id: string,
  at: bigint,
  todo: Commit,
  all?: Signal,
): Promise<Committed> => {
  const text = todo.write
  const steps: readonly (readonly [ActionKind, () => Promise<Either<Failure, unknown>>])[] = [
    ...(todo.makeDirectory ? [['make-directory', checkpoints.makeDirectory(id)] as const] : []),
    ...(todo.setAside ? [['set-aside-checkpoint', checkpoints.setAside(id, at)] as const] : []),
    ...(text === null ? [] : [['write-checkpoint', checkpoints.write(id, text)] as const]),
  ]
  const actions: Action[] = []
  for (const [kind, step] of steps) {
    if (all?.aborted) return { actions, unwritten: 'the time for it was up' }
    const result = await timers.within(timeoutMs, `${kind} ${id}`, () => step)()
    const name = kind === 'set-aside-checkpoint' && E.isRight(result) ? String(result.right) : null
    actions.push({ ...action(kind, result), detail: name ?? detailOf(result) })
    if (E.isLeft(result)) return { actions, unwritten: describe(result.left) }
  }
  return { actions, unwritten: null }
}
