import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { Failure } from './failure.js'
import type { Signal } from './signal.js'

/** What containerd tells of its own accord, as far as it matters here, in the subscribed namespace only. */
export type NodeEvent =
  /** The kernel killed in a container's cgroup for want of memory (`/tasks/oom`) */
  | { readonly kind: 'oom'; readonly id: string }
  /** An image record was created, updated or deleted: whoever cares looks at it again */
  | { readonly kind: 'image'; readonly name: string }

/** A subscription that is under way. */
export interface Subscription {
  /** Resolves once with why the events ended; `Unavailable` where containerd went away. Not after `close`. */
  readonly ended: Promise<Failure>
  readonly close: () => void
}

export interface Events {
  /**
   * Begins to listen. Right once containerd has answered on the same connection after the subscription was sent:
   * what happens from then on is heard. `signal` bounds only the beginning.
   *
   * @param hear - told each event in its order; must not throw
   */
  readonly subscribe: (hear: (event: NodeEvent) => void, signal: Signal) => TaskEither<Failure, Subscription>
}
