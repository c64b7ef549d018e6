import { createHash } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ImageServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { PINNED_LABEL, PINNED_VALUE } from '../../../core/images.js'
import { setup } from './client.js'
import { image } from './served.js'

const WEB = `sha256:${'ab'.repeat(32)}`
const DB = `sha256:${'ac'.repeat(32)}`
const PULLED = `docker.io/library/web@sha256:${'d'.repeat(64)}`

const spec = (name: string) => ({
  image: name,
  annotations: new Map(),
  userSpecifiedImage: '',
  runtimeHandler: '',
  imageRef: '',
})

const filled = async () => {
  const { node, ask, refused } = await setup()
  node.images(
    image('docker.io/library/web:1', WEB, { user: '1000:1000' }),
    image(PULLED, WEB, { labels: new Map([[PINNED_LABEL, PINNED_VALUE]]) }),
    image(WEB, WEB),
    image('docker.io/library/db:2', DB),
    image('docker.io/library/half:1', '', {}, { status: 'missing', id: null, why: 'not pulled' }),
  )
  const list = async (name: string) =>
    (await ask(Cri.listImages, { filter: { image: spec(name) } })).images.map(({ id }) => id)
  const find = async (name: string) =>
    (await ask(Cri.imageStatus, { image: spec(name), verbose: false })).image?.id
  return { node, ask, refused, list, find }
}

describe('the list of images', () => {
  it('joins the names of each image, and leaves out what is not wholly there', async () => {
    const { ask } = await filled()
    expect((await ask(Cri.listImages, {})).images).toEqual([
      {
        id: WEB,
        repoTags: ['docker.io/library/web:1'],
        repoDigests: [PULLED],
        size: 99n,
        uid: { value: 1000n },
        username: '',
        pinned: true,
      },
      {
        id: DB,
        repoTags: ['docker.io/library/db:2'],
        repoDigests: [],
        size: 99n,
        username: '',
        pinned: false,
      },
    ])
  })
  it('is whole where a filter names no image', async () => {
    const { ask, list } = await filled()
    expect((await ask(Cri.listImages, { filter: {} })).images).toHaveLength(2)
    expect(await list('')).toEqual([WEB, DB])
  })
  it('heeds a filter that names one', async () => {
    const { list } = await filled()
    expect(await list('web:1')).toEqual([WEB])
    expect(await list(DB)).toEqual([DB])
    expect(await list('none')).toEqual([])
  })
  it('is refused to a filter that fits several ids', async () => {
    const { refused } = await filled()
    expect(await refused(Cri.listImages, { filter: { image: spec('a') } })).toEqual({
      code: status.UNKNOWN,
      details: 'image "a": several ids begin like that',
    })
  })
  it('follows the images of the node', async () => {
    const { node, ask } = await filled()
    await ask(Cri.listImages, {})
    node.images(image('docker.io/library/db:2', DB))
    expect((await ask(Cri.listImages, {})).images.map(({ id }) => id)).toEqual([DB])
  })
})

describe('the status of an image', () => {
  it.each([
    ['id', WEB],
    ['id without its algorithm', WEB.slice(7)],
    ['id as crictl shortens it', WEB.slice(7, 20)],
    ['id’s beginning', WEB.slice(0, 10)],
    ['tag', 'docker.io/library/web:1'],
    ['tag without a registry', 'web:1'],
    ['digest', PULLED],
  ])('is found by its %s', async (_, name) => {
    expect(await (await filled()).find(name)).toBe(WEB)
  })
  it.each([
    ['names nothing', 'none:1'],
    ['names another tag', 'web:2'],
    ['is empty', ''],
    ['names what is not wholly there', 'half:1'],
  ])('is an empty answer where the name %s', async (_, name) => {
    const { ask } = await filled()
    expect(await ask(Cri.imageStatus, { image: spec(name), verbose: true })).toEqual({ info: new Map() })
  })
  it('is an empty answer where nothing was asked for', async () => {
    const { ask } = await filled()
    expect(await ask(Cri.imageStatus, { verbose: false })).toEqual({ info: new Map() })
  })
  it('is refused where several ids begin as asked', async () => {
    const { refused } = await filled()
    expect(await refused(Cri.imageStatus, { image: spec('sha256:a'), verbose: false })).toEqual({
      code: status.UNKNOWN,
      details: 'image "sha256:a": several ids begin like that',
    })
  })
  it.each([
    ['0', { uid: { value: 0n }, username: '' }],
    ['web:staff', { uid: undefined, username: 'web' }],
    ['', { uid: undefined, username: '' }],
  ])('tells that it runs as %j', async (user, expected) => {
    const { node, ask } = await setup()
    node.images(image('docker.io/library/web:1', WEB, { user }))
    const told = await ask(Cri.imageStatus, { image: spec('web:1'), verbose: false })
    expect({ uid: told.image?.uid, username: told.image?.username }).toEqual(expected)
  })
})

describe('an image’s verbose status', () => {
  const infoOf = async (user: string, diffIds: readonly string[]) => {
    const { node, ask } = await setup()
    node.images(
      image('docker.io/library/web:1', WEB, {}, { status: 'complete', id: WEB, diffIds, size: 1n, user }),
    )
    const asked = { image: spec('web:1') }
    expect((await ask(Cri.imageStatus, { ...asked, verbose: false })).info).toEqual(new Map())
    const { info } = await ask(Cri.imageStatus, { ...asked, verbose: true })
    const told: unknown = JSON.parse(info.get('info') ?? '')
    return told
  }
  const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

  it('tells its config as far as it is known, and the snapshot of its top layer', async () => {
    expect(await infoOf('web', ['sha256:d1', 'sha256:d2', 'sha256:d3'])).toEqual({
      chainID: sha256(`${sha256('sha256:d1 sha256:d2')} sha256:d3`),
      imageSpec: {
        config: { User: 'web' },
        rootfs: { type: 'layers', diff_ids: ['sha256:d1', 'sha256:d2', 'sha256:d3'] },
      },
    })
  })
  it('names the only layer by itself, and no user where there is none', async () => {
    expect(await infoOf('', ['sha256:d1'])).toEqual({
      chainID: 'sha256:d1',
      imageSpec: { config: {}, rootfs: { type: 'layers', diff_ids: ['sha256:d1'] } },
    })
  })
})

describe('the image file system', () => {
  it('takes what all snapshots take together', async () => {
    const { node, ask } = await setup()
    node.snapshots = [
      { key: 'a', bytes: 10n, inodes: 1n },
      { key: 'b', bytes: 5n, inodes: 3n },
    ]
    expect(await ask(Cri.imageFsInfo, {})).toEqual({
      imageFilesystems: [
        {
          timestamp: 77n,
          fsId: { mountpoint: '/var/lib/snapshots' },
          usedBytes: { value: 15n },
          inodesUsed: { value: 4n },
        },
      ],
      containerFilesystems: [],
    })
  })
  it('has no place where the snapshotter does not tell it', async () => {
    const { node, ask } = await setup()
    node.folder = null
    expect((await ask(Cri.imageFsInfo, {})).imageFilesystems).toMatchObject([
      { fsId: { mountpoint: '' }, usedBytes: { value: 0n } },
    ])
  })
  it('is answered without numbers, and with a time, while containerd is away', async () => {
    const { node, ask } = await setup()
    node.snapshots = null
    const { imageFilesystems } = await ask(Cri.imageFsInfo, {})
    expect(imageFilesystems).toEqual([{ timestamp: expect.anything(), fsId: { mountpoint: '' } }])
    expect(new Date(Number((imageFilesystems[0]?.timestamp ?? 0n) / 1_000_000n)).getUTCFullYear()).toBeOneOf([
      new Date().getUTCFullYear(),
      new Date().getUTCFullYear() - 1,
    ])
  })
})
