import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { options } from '../../adapters/fast-check/options.js'
import { NOW } from '../../adapters/fast-check/seen.js'
import { fault } from '../../adapters/fast-check/worlds.js'
import { type Blob, emptyWorld, simulate, type World } from '../../adapters/memory/index.js'
import type { ImageRecord } from '../../core/records.js'
import { observeImage } from '../../ports/observe-images.js'
import { plan } from '../../ports/recover.js'

const blob = (digest: string, document: unknown): Blob => ({
  digest,
  size: null,
  text: typeof document === 'string' ? document : JSON.stringify(document),
})
const manifest = blob('manifest', { config: { digest: 'config' }, layers: [{ digest: 'layer' }] })
const config = blob('config', { rootfs: { diff_ids: ['diff'] } })
const layer: Blob = { digest: 'layer', size: 1n << 40n, text: null }
const index = (...digests: readonly string[]): Blob =>
  blob('index', {
    manifests: digests.map((digest) => ({ digest, platform: { os: 'linux', architecture: 'amd64' } })),
  })

const rowOf = async (digest: string, content: readonly Blob[], more: Partial<World> = {}) => {
  const world: World = {
    ...emptyWorld(NOW),
    images: [{ name: 'app:1', digest, mediaType: '', size: 1n, labels: new Map() }],
    content,
    unpacked: [{ snapshotter: 'overlayfs', diffIds: ['diff'] }],
    ...more,
  }
  const { images } = rightOf(await plan(options())(simulate(world).ports)())
  return images[0] ?? expect.unreachable('no image')
}
const ALL = [manifest, config, layer]

const seen = async (content: readonly Blob[], record: Partial<ImageRecord> = {}) => {
  const { ports } = simulate({ ...emptyWorld(NOW), content })
  const image = { name: 'app:1', digest: 'index', mediaType: '', size: 1n, labels: new Map(), ...record }
  return (await observeImage(ports, options(), image)).content
}

describe('an image', () => {
  it('is complete where all its parts are there, whatever their size', async () => {
    expect(await rowOf('manifest', ALL)).toMatchObject({
      content: 'complete',
      id: 'config',
      unpacked: true,
      problems: [],
    })
  })
  it('is found through an index, and through one within one', async () => {
    expect(await rowOf('index', [index('manifest'), ...ALL])).toMatchObject({ content: 'complete' })
    const outer = { ...index('index'), digest: 'outer' }
    expect(await rowOf('outer', [outer, index('manifest'), ...ALL])).toMatchObject({ content: 'complete' })
  })
  it('is found where the first manifest for this platform is not there', async () => {
    expect(await rowOf('index', [index('gone', 'manifest'), ...ALL])).toMatchObject({ content: 'complete' })
  })
  it('is missing where nothing leads to it', async () => {
    const cases: readonly (readonly [string, readonly Blob[], string])[] = [
      ['manifest', [], 'manifest is not there'],
      ['manifest', [blob('manifest', 'text')], 'manifest is not JSON'],
      ['index', [index()], 'there is no manifest for linux/amd64'],
      ['index', [index('index')], 'there is no manifest for linux/amd64'],
      ['manifest', [manifest, blob('config', {}), layer], 'its config is not an image config'],
    ]
    for (const [digest, content, why] of cases) {
      const row = await rowOf(digest, content)
      expect(row).toMatchObject({ content: 'missing', id: null, problems: [{ code: 'image-incomplete' }] })
      expect(row.problems[0]?.message).toContain(why)
    }
  })
  it('is incomplete where a part is missing, and says how many', async () => {
    const row = await rowOf('manifest', [manifest])
    expect(row).toMatchObject({ content: 'incomplete', id: 'config', unpacked: false })
    expect(row.problems).toMatchObject([{ message: expect.stringMatching(/2/) }])
  })
  it('may be there and not unpacked', async () => {
    expect(await rowOf('manifest', ALL, { unpacked: [] })).toMatchObject({
      content: 'complete',
      problems: [{ code: 'image-not-unpacked' }],
    })
  })
  it('is pinned by its label', async () => {
    const labels = new Map([['io.cri-containerd.pinned', 'pinned']])
    const images = [{ name: 'app:1', digest: 'manifest', mediaType: '', size: 1n, labels }]
    expect(await rowOf('manifest', ALL, { images })).toMatchObject({ pinned: true })
  })
})

describe('a complete image', () => {
  const platform = { os: 'linux', architecture: 'amd64' }
  const lead = (digest: string, size: number) => ({ digest, size, platform })
  const sized = [
    blob('index', { manifests: [lead('gone', 5000), lead('inner', 20), lead('manifest', 6000)] }),
    blob('inner', { manifests: [lead('manifest', 300)] }),
    blob('manifest', {
      config: { digest: 'config', size: 4000 },
      layers: [{ digest: 'layer', size: 50_000 }],
    }),
    blob('config', { rootfs: { diff_ids: ['diff'] }, config: { User: 'app:staff' } }),
    layer,
  ]
  it('is as large as the documents on the way to it and its layers together, by what names them', async () => {
    expect(await seen(sized)).toMatchObject({ status: 'complete', size: 54_321n })
  })
  it('counts a record that does not know its size for nothing', async () => {
    expect(await seen(sized, { size: -1n })).toMatchObject({ size: 54_320n })
  })
  it('names whom it runs as', async () => {
    expect(await seen(sized)).toMatchObject({ user: 'app:staff' })
  })
})

describe('an image’s trouble', () => {
  it.each(['images.readContent', 'images.contentSize', 'images.unpacked'])(
    'is its own: %s fails, and it is said',
    async (call) => {
      for (const answer of ['Unavailable', 'hang', 'Malformed'] as const) {
        const row = await rowOf('manifest', ALL, { faults: [fault(call, answer)] })
        expect(row).toMatchObject({ content: 'missing', problems: [{ severity: 'warning' }] })
      }
    },
  )
  it('does not end a recovery; a listing that fails does', async () => {
    const node = simulate({ ...emptyWorld(NOW), faults: [fault('images.list', 'Unavailable')] })
    expect(rightOf(await plan(options())(node.ports)()).fatal?.stage).toBe('images')
  })
})
