import * as E from 'fp-ts/lib/Either.js'
import type { Keeping } from './keeping.js'
import { observeImage } from './observe-images.js'

/** An image changed: looked at again (reference: UpdateImage). Not told means not known, and what is known stays. */
export const refreshImage = (keeping: Keeping, name: string): void => {
  const { ports, options, store, queue } = keeping
  queue.push(`image ${name}`, async () => {
    const listed = await ports.timers.within(options.timeoutMs, 'list images', ports.images.list)()
    if (E.isLeft(listed)) return store.header().phase !== 'serving'
    const record = listed.right.find((image) => image.name === name)
    store.putImage(name, record === undefined ? null : await observeImage(ports, options, record))
    return true
  })
}
