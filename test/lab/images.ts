import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BUSYBOX_IMAGE, PAUSE_IMAGE } from './config.js'
import { run } from './run.js'
import { findProgram } from './versions.js'

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

const tar = (from: string, file: string): Promise<string> =>
  run('tar', [
    '--create',
    '--file',
    file,
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '-C',
    from,
    '.',
  ])

const findBusybox = (): string => {
  const found = findProgram('busybox')
  if (found === undefined) throw new Error('busybox is not installed')
  return found
}

/** Changes when the images would: with this recipe, or with what goes into them. */
export const imagesKey = async (): Promise<string> => {
  const parts = [fileURLToPath(import.meta.url), findBusybox()]
  const contents = await Promise.all(parts.map((path) => readFile(path)))
  return sha256(Buffer.concat(contents)).slice(0, 12)
}

const rootFilesystem = async (dir: string): Promise<void> => {
  const busybox = findBusybox()
  await mkdir(join(dir, 'bin'), { recursive: true })
  for (const name of ['proc', 'sys', 'dev', 'etc', 'tmp', 'ctl']) await mkdir(join(dir, name))
  await writeFile(join(dir, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\n')
  await copyFile(busybox, join(dir, 'bin/busybox'))
  const applets = (await run(busybox, ['--list']))
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox')
  for (const name of applets) await symlink('busybox', join(dir, 'bin', name))
}

const architecture = process.arch === 'x64' ? 'amd64' : process.arch

/** An OCI archive with two images of one layer: one to pause a sandbox with, one to run things in. */
export const buildArchive = async (work: string): Promise<string> => {
  const blobs = join(work, 'oci/blobs/sha256')
  await mkdir(blobs, { recursive: true })
  const put = async (mediaType: string, content: Uint8Array | string): Promise<Descriptor> => {
    const hex = sha256(content)
    await writeFile(join(blobs, hex), content)
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(content) }
  }
  await rootFilesystem(join(work, 'fs'))
  await tar(join(work, 'fs'), join(work, 'layer.tar'))
  const layer = await put('application/vnd.oci.image.layer.v1.tar', await readFile(join(work, 'layer.tar')))
  const image = async (name: string, command: readonly string[]) => {
    const rootfs = { type: 'layers', diff_ids: [layer.digest] }
    const told = { architecture, os: 'linux', config: { Env: ['PATH=/bin'], Entrypoint: command }, rootfs }
    const config = await put('application/vnd.oci.image.config.v1+json', JSON.stringify(told))
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = await put(
      mediaType,
      JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }),
    )
    return { ...manifest, annotations: { 'io.containerd.image.name': name } }
  }
  const manifests = [
    // It never ends by itself, and being the first process of its namespace it ignores a TERM.
    await image(PAUSE_IMAGE, ['/bin/sleep', '2147483647']),
    await image(BUSYBOX_IMAGE, ['/bin/sh']),
  ]
  await writeFile(join(work, 'oci/oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  await writeFile(join(work, 'oci/index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  const archive = join(work, 'images.tar')
  await tar(join(work, 'oci'), archive)
  return archive
}
