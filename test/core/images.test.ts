import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { isPinned, readConfig, readTarget } from '../../core/images.js'

const amd64 = { os: 'linux', architecture: 'amd64' }
const target = (document: unknown, platform = amd64) => readTarget(JSON.stringify(document), platform)
const manifest = { config: { digest: 'c' }, layers: [{ digest: 'l1' }, { digest: 'l2' }] }
const entry = (digest: string, os?: string, architecture?: string) =>
  os === undefined ? { digest } : { digest, platform: { os, architecture, variant: 'v8' } }

describe('an image’s manifest', () => {
  it('names its config, and its layers from the lowest up', () => {
    expect(rightOf(target({ ...manifest, mediaType: 'any', annotations: {} }))).toEqual({
      kind: 'manifest',
      needs: { config: 'c', layers: ['l1', 'l2'], size: 0n },
    })
  })
  it('says how large its parts are; what is no size counts for nothing', () => {
    const sizeOf = (config: unknown, ...layers: readonly unknown[]) => {
      const sized = {
        config: { digest: 'c', size: config },
        layers: layers.map((size) => ({ digest: 'l', size })),
      }
      const found = rightOf(target(sized))
      return found.kind === 'manifest' ? found.needs.size : expect.unreachable()
    }
    expect(sizeOf(1, 20, 300)).toBe(321n)
    expect(sizeOf(1)).toBe(1n)
    expect(sizeOf(2 ** 52, 2 ** 52, 2 ** 52)).toBe(3n * 2n ** 52n)
    expect(sizeOf(1, -1, 1.5, 1e300, '7', null, [7], undefined)).toBe(1n)
  })
  it('may have no layers', () => {
    expect(rightOf(target({ ...manifest, layers: [] }))).toMatchObject({ needs: { layers: [] } })
  })
  it('is one, though it says that it is an index', () => {
    expect(rightOf(target({ ...manifest, mediaType: 'application/vnd.oci.image.index.v1+json' })).kind).toBe(
      'manifest',
    )
  })
})

describe('an image’s index', () => {
  const candidates = (manifests: unknown, platform = amd64) => {
    const found = rightOf(target({ manifests }, platform))
    return found.kind === 'index' ? found.candidates.map(({ digest }) => digest) : expect.unreachable()
  }
  const all = [
    entry('unnamed'),
    entry('arm', 'linux', 'arm64'),
    entry('first', 'linux', 'amd64'),
    entry('windows', 'windows', 'amd64'),
    { digest: 'null', platform: null },
    entry('second', 'linux', 'amd64'),
    entry('attestation', 'unknown', 'unknown'),
  ]
  it('leads to the manifests of this platform, then to those that name none', () => {
    expect(candidates(all)).toEqual(['first', 'second', 'unnamed', 'null'])
    expect(candidates(all, { os: 'linux', architecture: 'arm64' })).toEqual(['arm', 'unnamed', 'null'])
  })
  it('says how large they are', () => {
    const manifests = [{ ...entry('a', 'linux', 'amd64'), size: 5 }, entry('b')]
    expect(rightOf(target({ manifests }))).toEqual({
      kind: 'index',
      candidates: [
        { digest: 'a', size: 5n },
        { digest: 'b', size: 0n },
      ],
    })
  })
  it('may lead nowhere', () => {
    expect(candidates([])).toEqual([])
    expect(candidates([entry('arm', 'linux', 'arm64')])).toEqual([])
  })
})

describe('an image’s document', () => {
  it.each(['', '{', 'nothing'])('that is not JSON is none: %j', (text) => {
    expect(leftOf(readTarget(text, amd64))).toBe('not JSON')
    expect(leftOf(readConfig(text))).toBe('not JSON')
  })
  it.each([
    null,
    [],
    {},
    { layers: [] },
    { config: {}, layers: [] },
    { manifests: [{}] },
    { manifests: [{ digest: 'a', platform: 'linux' }] },
    { manifests: [{ digest: 'a', platform: {} }] },
    { manifests: [{ digest: 'a', platform: { os: 'linux' } }] },
    { manifests: 1 },
  ])('that has another shape is neither (%#)', (document) =>
    expect(leftOf(target(document))).toBe('neither a manifest nor an index'),
  )
})

describe('an image’s config', () => {
  const rootfs = { type: 'layers', diff_ids: ['a', 'b'] }
  it('names the layers by what is in them, lowest first', () => {
    expect(rightOf(readConfig(JSON.stringify({ rootfs }))).diffIds).toEqual(['a', 'b'])
  })
  it.each([
    [{ User: '1000:staff', Env: [] }, '1000:staff'],
    [{ User: '' }, ''],
    [{ User: null }, ''],
    [{}, ''],
    [null, ''],
    [undefined, ''],
  ])('names a user, or none: %j', (config, user) => {
    expect(rightOf(readConfig(JSON.stringify({ rootfs, config }))).user).toBe(user)
  })
  it.each([
    '{}',
    '{"rootfs":{}}',
    '{"rootfs":{"diff_ids":[1]}}',
    'null',
    '{"rootfs":{"diff_ids":[]},"config":{"User":0}}',
    '{"rootfs":{"diff_ids":[]},"config":"root"}',
  ])('is not %s', (text) => expect(leftOf(readConfig(text))).toBe('not an image config'))
})

describe('an image', () => {
  it.each([
    [[['io.cri-containerd.pinned', 'pinned']], true],
    [[['io.cri-containerd.pinned', 'true']], false],
    [[['pinned', 'pinned']], false],
    [[], false],
  ] as const)('is pinned by its label alone (%#)', (labels, pinned) =>
    expect(isPinned(new Map<string, string>(labels))).toBe(pinned),
  )
})
