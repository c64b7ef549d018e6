import { describe, expect, it } from 'vitest'
import { recoveredLine } from '../../adapters/cli/render/serving.js'
import { container, image, sandbox, served } from '../adapters/cri/served.js'

describe('what a first recovery came to', () => {
  it('is said in one line: how many of what, in what time', () => {
    const node = served()
    node.sandboxes(sandbox('pod'))
    node.containers(
      container('a', 'pod'),
      container('b', 'pod', {}, { startedAt: 0n }),
      container('c', 'pod', {}, { finishedAt: 30n }),
      container('d', 'pod'),
    )
    node.images(image('app:1', 'sha256:i'), image('app:2', 'sha256:j'))
    expect(recoveredLine(node.service)).toBe(
      'recovered 4 containers (2 running, 1 created, 1 exited), 1 sandbox and 2 images in 12 ms',
    )
  })
  it('is said of an empty node, too', () => {
    expect(recoveredLine(served().service)).toBe('recovered 0 containers, 0 sandboxes and 0 images in 12 ms')
  })
  it('names what took longest', () => {
    const { service } = served()
    const counts = () => ({
      ...service.counts(),
      slowest: [
        { id: 'a', ms: 40 },
        { id: 'b', ms: 3 },
      ],
    })
    expect(recoveredLine({ ...service, counts })).toMatch(/ in 12 ms; slowest: a 40 ms, b 3 ms$/)
  })
})
