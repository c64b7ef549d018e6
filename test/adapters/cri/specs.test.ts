import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { ContainerDetail } from '../../../ports/containers.js'
import { setup } from './client.js'
import { container, detail } from './served.js'

const asker = async () => {
  const { node, ask } = await setup()
  const userOf = async (containerId: string) =>
    (await ask(Cri.containerStatus, { containerId, verbose: false })).status?.user
  return { node, userOf }
}

const userOf = async (spec: ContainerDetail | null) => {
  const { node, userOf } = await asker()
  node.containers(container('a', 's'))
  if (spec !== null) node.details.set('a', spec)
  return userOf('a')
}

const running = (uid: number) => detail({ process: { user: { uid, gid: 2, additionalGids: [3, 4] } } })

describe('the user of a container', () => {
  it('is the one whom its spec names', async () => {
    expect(await userOf(running(4294967295))).toEqual({
      linux: { uid: 4294967295n, gid: 2n, supplementalGroups: [3n, 4n] },
    })
  })
  it.each([
    ['the spec names no process', detail({})],
    ['the spec cannot be read', detail({}, { spec: 'no JSON' })],
    ['containerd does not tell', null],
  ])('is empty where %s', async (_, spec) => {
    expect(await userOf(spec)).toEqual({})
  })
})

describe('the spec of a container', () => {
  it('is asked for once', async () => {
    const { node, userOf } = await asker()
    node.containers(container('a', 's'), container('b', 's'))
    node.details.set('a', running(1)).set('b', running(2))
    expect(await userOf('a')).toMatchObject({ linux: { uid: 1n } })
    node.details.clear()
    expect(await userOf('a')).toMatchObject({ linux: { uid: 1n } })
    expect(await userOf('b')).toEqual({})
    expect(node.asked).toEqual(['a', 'b'])
  })
  it('is asked for again where it was not told', async () => {
    const { node, userOf } = await asker()
    node.containers(container('a', 's'))
    expect(await userOf('a')).toEqual({})
    node.details.set('a', detail({}, { spec: 'no JSON' }))
    expect(await userOf('a')).toEqual({})
    node.details.set('a', running(1))
    expect(await userOf('a')).toMatchObject({ linux: { uid: 1n } })
  })
  it('is forgotten some time after the container went away, and that of no other', async () => {
    const { node, userOf } = await asker()
    const many = Array.from({ length: 259 }, (_, at) => container(`c${at + 1000}`, 's'))
    node.containers(...many, container('last', 's'))
    for (const { id } of many) {
      node.details.set(id, running(1))
      await userOf(id)
    }
    node.containers(...many.slice(0, 1), container('last', 's'))
    node.details.set('last', running(1))
    await userOf('last')
    node.containers(...many)
    node.asked.length = 0
    await userOf('c1000')
    await userOf('c1001')
    expect(node.asked).toEqual(['c1001'])
  })
})
