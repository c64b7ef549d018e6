import type { ImageIndex } from '../../core/cri-images.js'
import { indexImages } from '../../core/cri-images.js'
import type { ImageSeen } from '../../core/observation.js'
import type { Service } from '../../ports/service.js'
import type { Specs } from './specs.js'

/** What the handlers of all calls share. */
export interface Context {
  readonly service: Service
  /** cri-recover's own */
  readonly version: string
  readonly specs: Specs
  readonly images: (of: ReadonlyMap<string, ImageSeen>) => ImageIndex
}

/** Images change seldom and are asked for with every container: each state of them is sorted once. */
export const imageIndexes = (): Context['images'] => {
  const known = new WeakMap<ReadonlyMap<string, ImageSeen>, ImageIndex>()
  return (images) => {
    const before = known.get(images)
    if (before !== undefined) return before
    const index = indexImages(images.values())
    known.set(images, index)
    return index
  }
}
