import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readKernelFile } from './stats-files.js'

/** Where a cgroup is, on cgroup v1 and v2, and what its files say. */

/** A cgroup's longest file, `memory.stat`, has some 3 KB. */
const LIMIT = 64 * 1024

/** The kernel opens no longer path, and a slice's name grows with the square of its length. */
const LONGEST = 4096

const OOM_KILLS = /^oom_kill (\d+)$/m

/** `a-b.slice` lies in `a.slice`: systemd's names hold their own path. */
const slicePath = (slice: string): string => {
  const parts = slice.replace(/\.slice$/, '').split('-')
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('-')}.slice`).join('/')
}

/**
 * The path of a cgroup below its mount, from the `cgroupsPath` of an OCI spec: a path, or systemd's
 * `slice:prefix:name`. null for anything that would lead elsewhere, or nowhere.
 *
 * @example
 * cgroupPath('kubepods-pod1.slice:cri-containerd:web') // 'kubepods.slice/kubepods-pod1.slice/cri-containerd-web.scope'
 */
export const cgroupPath = (cgroupsPath: string): string | null => {
  if (cgroupsPath.length > LONGEST) return null
  const [slice = '', prefix, name, ...rest] = cgroupsPath.split(':')
  const path =
    prefix === undefined || name === undefined || rest.length > 0
      ? cgroupsPath.replace(/^\/+/, '')
      : `${slicePath(slice)}/${prefix}-${name}.scope`
  return path === '' || path.split('/').includes('..') || path.includes('\0') ? null : path
}

/** Where the hierarchies are mounted: one for each controller on v1, one for all on v2; both where the two are mixed. */
export interface CgroupMounts {
  readonly v1: ReadonlyMap<string, string>
  readonly v2: string | null
}

/** The hierarchies of a mountinfo table. One that is mounted from below its root counts from elsewhere, and is none. */
export const cgroupMountsOf = (mountinfo: string): CgroupMounts => {
  const v1 = new Map<string, string>()
  let v2: string | null = null
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root, mount = ''] = before.split(' ')
    const [type, , options = ''] = after.split(' ')
    if (root !== '/') continue
    if (type === 'cgroup2') v2 ??= mount
    if (type !== 'cgroup') continue
    for (const controller of options.split(',')) if (!v1.has(controller)) v1.set(controller, mount)
  }
  return { v1, v2 }
}

/** The hierarchies that this process sees. */
export const cgroupMounts = async (): Promise<CgroupMounts> =>
  cgroupMountsOf(await readFile('/proc/self/mountinfo', 'latin1'))

/** One file of a cgroup; null where the cgroup, its hierarchy or the file is not there. */
export const readCgroupFile = async (
  mount: string | null | undefined,
  path: string,
  file: string,
): Promise<string | null> => (mount ? readKernelFile(join(mount, path, file), LIMIT) : null)

/** How often the kernel killed in a cgroup for want of memory; null where none of its files is there. */
export const oomKillsIn = async (path: string): Promise<number | null> => {
  const { v1, v2 } = await cgroupMounts()
  const text =
    (await readCgroupFile(v1.get('memory'), path, 'memory.oom_control')) ??
    (await readCgroupFile(v2, path, 'memory.events'))
  const kills = text === null ? undefined : OOM_KILLS.exec(text)?.[1]
  return kills === undefined ? null : Number(kills)
}
