import { describe, expect, it } from 'vitest'
import { ContainersService } from '../../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import { calm } from '../../../adapters/fast-check/contract/files.js'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { containerd } from './server.js'

type Reply = (error: object | null, answer?: object) => void

const detailOf = async (container: object | undefined) => {
  const { containers } = await containerd((server) =>
    server.addService(ContainersService, { get: (_: unknown, reply: Reply) => reply(null, { container }) }),
  )
  return containers.detail('web-1', calm)()
}

const bare = {
  id: 'web-1',
  labels: new Map(),
  image: '',
  snapshotter: '',
  snapshotKey: '',
  extensions: new Map(),
  sandbox: '',
}

describe('a container’s details', () => {
  it('are as they were stored', async () => {
    const options = { typeUrl: 'options', value: Buffer.from([0, 255, 254]) }
    const spec = { typeUrl: 'any', value: Buffer.from('{"ä":1}') }
    const stored = {
      ...bare,
      image: 'app:1',
      snapshotter: 's',
      snapshotKey: 'k',
      spec,
      runtime: { name: 'r', options },
    }
    expect(rightOf(await detailOf(stored))).toEqual({
      spec: '{"ä":1}',
      runtime: 'r',
      options,
      snapshotter: 's',
      snapshotKey: 'k',
      image: 'app:1',
    })
  })
  it('may be none', async () => {
    const none = { spec: '', runtime: '', options: null, snapshotter: '', snapshotKey: '', image: '' }
    expect(rightOf(await detailOf(bare))).toEqual(none)
    expect(rightOf(await detailOf({ ...bare, runtime: { name: 'r' } }))).toEqual({ ...none, runtime: 'r' })
  })
  it('are not those of an empty answer', async () => {
    expect(leftOf(await detailOf(undefined)).tag).toBe('Malformed')
  })
})
