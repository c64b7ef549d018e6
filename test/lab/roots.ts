import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutOf } from './config.js'
import { startContainerd } from './containerd.js'
import { buildArchive, imagesKey } from './images.js'
import { run } from './run.js'
import { cacheFolder, type Version } from './versions.js'

/** `ctr` of that version, on the containerd of that folder. */
export const ctr = (version: Version, dir: string, args: readonly string[]): Promise<string> =>
  run(join(version.bin, 'ctr'), ['--address', layoutOf(dir).address, '--namespace', 'k8s.io', ...args])

const importInto = async (version: Version, dir: string, archive: string): Promise<void> => {
  const containerd = startContainerd({ version: version.version, dir, cri: false })
  try {
    await containerd.waitReady()
    // By default 2.x imports through its transfer service, which keeps to its own idea of platforms.
    const local = version.major === 2 ? ['--local'] : []
    await ctr(version, dir, ['images', 'import', ...local, archive])
  } finally {
    await containerd.stop()
  }
}

const prepare = async (version: Version, root: string): Promise<void> => {
  const work = await mkdtemp(join(tmpdir(), 'crl-'))
  try {
    await importInto(version, work, await buildArchive(join(work, 'images')))
    await mkdir(join(root, '..'), { recursive: true })
    const fresh = await mkdtemp(`${root}.`)
    await run('cp', ['--archive', `${layoutOf(work).root}/.`, fresh])
    // Others may prepare the same root at the same time: the first one stays.
    await rename(fresh, root).catch(() => rm(fresh, { recursive: true }))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Makes `root` a containerd root that has the images: copying one is faster than importing into it. */
export const copyPreparedRoot = async (version: Version, root: string): Promise<void> => {
  const prepared = join(cacheFolder, 'roots', `${version.version}-${await imagesKey()}`)
  if (!existsSync(prepared)) await prepare(version, prepared)
  await mkdir(root, { recursive: true })
  await run('cp', ['--archive', '--reflink=auto', `${prepared}/.`, root])
}
