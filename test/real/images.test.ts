import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { connect } from '../../adapters/containerd/index.js'
import { ImageServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { answerOf, calm } from '../../adapters/fast-check/contract/files.js'
import { filesystem } from '../../adapters/filesystem/index.js'
import { observeImage } from '../../ports/observe-images.js'
import { BUSYBOX_IMAGE, PAUSE_IMAGE } from '../lab/config.js'
import { type Lab, withLab } from '../lab/lab.js'
import { run } from '../lab/run.js'
import { describeOn, optionsFor } from './node.js'

const INDEXED_IMAGE = 'lab.local/indexed:1'
const OCI = 'application/vnd.oci.image'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const layerOf = async (lab: Lab, image: string): Promise<Descriptor> => {
  const line = (await lab.ctr('images', 'ls', `name==${image}`)).trim().split('\n').at(-1) ?? ''
  const manifest = JSON.parse(await lab.ctr('content', 'get', /sha256:[0-9a-f]{64}/.exec(line)?.[0] ?? ''))
  return manifest.layers[0]
}

/** An image behind an index, which also leads to another platform's; its layer is there already. */
const importIndexed = async (lab: Lab): Promise<void> => {
  const layer = await layerOf(lab, BUSYBOX_IMAGE)
  const dir = join(lab.dir, 'indexed')
  const blobs = join(dir, 'blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, document: unknown): Promise<Descriptor> => {
    const text = JSON.stringify(document)
    const hex = createHash('sha256').update(text).digest('hex')
    await writeFile(join(blobs, hex), text)
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) }
  }
  const { os, architecture } = optionsFor(lab).platform
  const config = await put(`${OCI}.config.v1+json`, {
    os,
    architecture,
    config: { Env: ['PATH=/bin'], Entrypoint: ['/bin/sh'], User: '1000:1000' },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  const manifest = { schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config, layers: [layer] }
  const stranger = { mediaType: manifest.mediaType, digest: `sha256:${'0'.repeat(64)}`, size: 12_345 }
  const mediaType = `${OCI}.index.v1+json`
  const index = await put(mediaType, {
    schemaVersion: 2,
    mediaType,
    manifests: [
      { ...stranger, platform: { os, architecture: 'mips64le' } },
      { ...(await put(manifest.mediaType, manifest)), platform: { os, architecture } },
    ],
  })
  const named = { ...index, annotations: { 'io.containerd.image.name': INDEXED_IMAGE } }
  await writeFile(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(dir, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [named] }))
  await run('tar', ['-C', dir, '-cf', `${dir}.tar`, '.'])
  const local = lab.version.major === 2 ? ['--local'] : []
  await lab.ctr('images', 'import', ...local, `${dir}.tar`)
}

/** The CRI's own view of an image, in the words of ours. */
const byCri = async (lab: Lab, name: string) => {
  const { image } = await lab.connection.call(Cri.imageStatus, {
    image: { image: name, annotations: new Map(), userSpecifiedImage: '', runtimeHandler: '', imageRef: '' },
    verbose: false,
  })
  return { id: image?.id, size: image?.size, user: image?.uid?.value ?? image?.username }
}

describeOn(['1.6', '1.7', '2.1'], 'images', (line) => {
  it('are of the size, and run as the user, that the CRI plugin says', async () => {
    await withLab({ version: line }, async (lab) => {
      await importIndexed(lab)
      await lab.restart(true)
      const containerd = connect({ socket: lab.address, namespace: 'k8s.io' })
      const { timers } = filesystem({ root: lab.criRoot, state: lab.criState })
      const records = answerOf(await containerd.images.list(calm)())
      for (const [name, user] of [
        [PAUSE_IMAGE, ''],
        [BUSYBOX_IMAGE, ''],
        [INDEXED_IMAGE, '1000:1000'],
      ] as const) {
        const record = records.find((each) => each.name === name) ?? expect.unreachable(name)
        const ports = { images: containerd.images, timers }
        const { content } = await observeImage(ports, optionsFor(lab), record)
        const cri = await byCri(lab, name)
        expect(content).toMatchObject({ status: 'complete', id: cri.id, size: cri.size, user })
        expect(String(cri.user)).toBe(user.split(':')[0])
      }
      containerd.close()
    })
  })
})
