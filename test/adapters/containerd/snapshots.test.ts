import { type Server, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { IntrospectionService } from '../../../adapters/containerd/gen/containerd/services/introspection/v1/introspection.js'
import { SnapshotsService } from '../../../adapters/containerd/gen/containerd/services/snapshots/v1/snapshots.js'
import { calm } from '../../../adapters/fast-check/contract/files.js'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { containerd, refusal } from './server.js'

type Reply = (error: object | null, answer?: object) => void
type Usage = (call: { readonly request: { readonly key: string } }, reply: Reply) => void

const info = (name: string) => ({ name, parent: '', kind: 3 })

const having =
  (keys: readonly string[], usage: Usage) =>
  (server: Server): void =>
    server.addService(SnapshotsService, {
      list: (call: { write(message: object): void; end(): void }) => {
        for (const key of keys) call.write({ info: [info(key)] })
        call.end()
      },
      usage,
    })

const usageOf = async (keys: readonly string[], usage: Usage) =>
  (await containerd(having(keys, usage))).snapshots.usage('overlayfs', calm)()

const known: Usage = (_, reply) => reply(null, { size: 2n ** 60n, inodes: 3n })
const without =
  (key: string, code: status): Usage =>
  (call, reply) =>
    call.request.key === key ? reply(refusal(code)) : known(call, reply)

describe('snapshots', () => {
  it('are counted one by one; one that went away meanwhile is left out', async () => {
    const counted = { bytes: 2n ** 60n, inodes: 3n }
    expect(rightOf(await usageOf(['a', 'b', 'c'], without('b', status.NOT_FOUND)))).toEqual([
      { key: 'a', ...counted },
      { key: 'c', ...counted },
    ])
    expect(rightOf(await usageOf([], known))).toEqual([])
  })

  it('of which one cannot be counted are not told of at all', async () => {
    const { tag, mayHaveHappened } = leftOf(await usageOf(['a', 'b'], without('b', status.UNAVAILABLE)))
    expect({ tag, mayHaveHappened }).toEqual({ tag: 'Unavailable', mayHaveHappened: false })
  })

  it('are counted at most 16 side by side', async () => {
    let [now, most] = [0, 0]
    const keys = Array.from({ length: 50 }, (_, n) => `${n}`)
    const counted = await usageOf(keys, (_, reply) => {
      now += 1
      most = Math.max(most, now)
      setTimeout(() => {
        now -= 1
        reply(null, { size: 1n, inodes: 1n })
      }, 5)
    })
    expect(rightOf(counted).map(({ key }) => key)).toEqual(keys)
    expect(most).toBe(16)
  })

  it('are in no folder that is known where the snapshotter does not tell', async () => {
    const plugin = (id: string, exports: ReadonlyMap<string, string>) => ({
      type: 'io.containerd.snapshotter.v1',
      id,
      requires: [],
      exports,
      capabilities: [],
    })
    const plugins = [plugin('native', new Map()), plugin('overlayfs', new Map([['root', '/there']]))]
    const asked: string[] = []
    const { snapshots } = await containerd((server) =>
      server.addService(IntrospectionService, {
        plugins: (call: { readonly request: { readonly filters: readonly string[] } }, reply: Reply) => {
          asked.push(...call.request.filters)
          reply(null, { plugins })
        },
      }),
    )
    expect(rightOf(await snapshots.folder('native', calm)())).toBeNull()
    expect(rightOf(await snapshots.folder('overlayfs', calm)())).toBe('/there')
    expect(asked).toEqual(plugins.map(() => 'type==io.containerd.snapshotter.v1'))
  })
})
