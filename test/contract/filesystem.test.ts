import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeCheckpointStore } from '../../adapters/fast-check/contract/checkpoint-store.js'
import { describeCheckpoints } from '../../adapters/fast-check/contract/checkpoints.js'
import { describeDirectories } from '../../adapters/fast-check/contract/directories.js'
import type { MakeFiles } from '../../adapters/fast-check/contract/files.js'
import { describeHost } from '../../adapters/fast-check/contract/host.js'
import { filesystem } from '../../adapters/filesystem/index.js'
import { lookAt, place } from './placed.js'

const make: MakeFiles = async (files, mounts = []) => {
  const top = await mkdtemp(join(tmpdir(), 'cri-recover-contract-'))
  const roots = { root: join(top, 'root'), state: join(top, 'state') }
  for (const path of Object.values(roots)) await mkdir(path)
  for (const file of files) await place(top, file)
  const mounted = mounts.map((m) => join(top, m.in, m.path))
  for (const path of mounted) execFileSync('mount', ['-t', 'tmpfs', 'none', path])
  return {
    ports: filesystem(roots),
    look: (where, path) => lookAt(join(roots[where], path)),
    cleanup: async () => {
      for (const path of mounted) execFileSync('umount', [path])
      await rm(top, { recursive: true, force: true })
    },
  }
}

const canMount = async (): Promise<boolean> => {
  try {
    const fixture = await make([{ in: 'root', path: 'm', kind: 'directory' }], [{ in: 'root', path: 'm' }])
    await fixture.cleanup()
    return true
  } catch {
    return false
  }
}

describeCheckpoints('file system', make)
describeCheckpointStore(
  'file system',
  async () => {
    const { ports, cleanup } = await make([{ in: 'root', path: 'containers', kind: 'directory' }])
    return { checkpoints: ports.checkpoints, cleanup }
  },
  30,
)
describeDirectories('file system', make, { mounts: await canMount() })
describeHost('file system', make, () => undefined)
