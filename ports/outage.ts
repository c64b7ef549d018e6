import * as E from 'fp-ts/lib/Either.js'
import { mayStillExit } from '../core/remembered.js'
import { oomContainer, rescueContainer } from './container-news.js'
import { each } from './each.js'
import type { Subscription } from './events.js'
import { describe, type Failure } from './failure.js'
import { refreshImage } from './keep-image.js'
import type { Keeping } from './keeping.js'
import type { Signal } from './signal.js'
import type { Watch } from './tasks.js'

/** The connection to containerd: having it, missing it, getting it back. */

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000

/** Begins to hear events. Before anything is listed, so that nothing falls in between (reference: recover, Subscribe). */
export const subscribe = (keeping: Keeping): Promise<E.Either<Failure, Subscription>> => {
  const { ports, options } = keeping
  return ports.timers.within(options.timeoutMs, 'subscribe to events', (signal) =>
    ports.events.subscribe((event) => {
      if (event.kind === 'oom') oomContainer(keeping, event.id)
      else refreshImage(keeping, event.name)
    }, signal),
  )()
}

/** Tries until containerd answers and its events are heard; null: told to stop first. */
export const reconnect = async (keeping: Keeping, stop: Signal): Promise<Subscription | null> => {
  const { ports, options } = keeping
  let pause = FIRST_PAUSE_MS
  let said = ''
  while (!stop.aborted) {
    const subscription = await subscribe(keeping)
    if (E.isRight(subscription)) return subscription.right
    const why = describe(subscription.left)
    if (why !== said) options.log('debug', `containerd is not back yet: ${why}`)
    said = why
    await ports.timers.sleep(pause, stop)
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2)
  }
  return null
}

/** Waits at the shims for exits that containerd would forget when it starts. Tells how to stop waiting. */
export const watchShims = (keeping: Keeping): (() => void) => {
  const { ports, options, store } = keeping
  const watches = new Set<Watch>()
  let over = false

  const watchOne = async (id: string, address: Parameters<typeof ports.shims.watch>[1]): Promise<void> => {
    const begun = await ports.timers.within(options.timeoutMs, `wait at the shim of ${id}`, (signal) =>
      ports.shims.watch(id, address, signal),
    )()
    if (E.isLeft(begun)) {
      options.log('warning', `container ${id}: its shim cannot be asked: ${describe(begun.left)}`)
      return
    }
    const watch = begun.right
    if (over) return watch.close()
    watches.add(watch)
    void watch.exited.then((end) => {
      if (over) return
      if (E.isRight(end)) rescueContainer(keeping, id, end.right)
      else options.log('warning', `container ${id}: its shim went away: ${describe(end.left)}`)
    })
  }
  const watchAll = async (): Promise<void> => {
    const bundles = await ports.timers.within(options.timeoutMs, 'list bundles', ports.shims.bundles)()
    if (E.isLeft(bundles)) return options.log('warning', `no shim can be asked: ${describe(bundles.left)}`)
    const living = bundles.right.filter(({ id }) => {
      const kept = store.containers.get(id)
      return kept !== undefined && mayStillExit(kept.remembered)
    })
    await each(options.concurrency, living, async ({ id, address }) => {
      if (over) return
      if (typeof address !== 'string') return watchOne(id, address)
      options.log('warning', `container ${id}: its shim cannot be asked: ${address}`)
    })
  }

  void watchAll()
  return () => {
    over = true
    for (const watch of watches) watch.close()
  }
}
