import { describe, expect, it } from 'vitest'
import {
  ImageServiceService as Images,
  RuntimeServiceService as Runtime,
} from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { ImageSeen } from '../../../core/observation.js'
import { setup } from './client.js'
import { container, image } from './served.js'

/** Counts how often all images are gone through. */
class Counted extends Map<string, ImageSeen> {
  rounds = 0
  override values() {
    this.rounds += 1
    return super.values()
  }
}

const counted = (...images: readonly ImageSeen[]): Counted =>
  new Counted(images.map((each) => [each.record.name, each]))

describe('the images of the node', () => {
  it('are sorted once for as long as they stay the same, whoever asks', async () => {
    const { ask, node } = await setup()
    const before = counted(image('docker.io/library/app:1', 'sha256:none'))
    const after = counted(image('docker.io/library/app:2', 'sha256:none'))
    node.containers(container('a', 's'))
    const shown = async () =>
      (await ask(Runtime.containerStatus, { containerId: 'a', verbose: false })).status?.image?.image
    node.set({ images: before })
    expect(await shown()).toBe('docker.io/library/app:1')
    expect((await ask(Images.listImages, {})).images).toHaveLength(1)
    node.set({ images: after })
    expect(await shown()).toBe('docker.io/library/app:2')
    expect(await shown()).toBe('docker.io/library/app:2')
    expect([before.rounds, after.rounds]).toEqual([1, 1])
  })
})
