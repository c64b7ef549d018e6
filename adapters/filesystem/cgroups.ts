import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ifGone } from './errors.js'

/** Where a task's cgroup keeps count of the kernel's kills for want of memory, on cgroup v1 and v2. */

const OOM_KILLS = /^oom_kill (\d+)$/m

/** `a-b.slice` lies in `a.slice`: systemd's names hold their own path. */
const slicePath = (slice: string): string => {
  const parts = slice.replace(/\.slice$/, '').split('-')
  return parts.map((_, at) => `${parts.slice(0, at + 1).join('-')}.slice`).join('/')
}

/**
 * The path of a cgroup below its mount, from the `cgroupsPath` of an OCI spec: a path, or systemd's
 * `slice:prefix:name`. null for anything that would lead elsewhere.
 *
 * @example
 * cgroupPath('kubepods-pod1.slice:cri-containerd:web') // 'kubepods.slice/kubepods-pod1.slice/cri-containerd-web.scope'
 */
export const cgroupPath = (cgroupsPath: string): string | null => {
  const [slice = '', prefix, name, ...rest] = cgroupsPath.split(':')
  const path =
    prefix === undefined || name === undefined || rest.length > 0
      ? cgroupsPath.replace(/^\/+/, '')
      : `${slicePath(slice)}/${prefix}-${name}.scope`
  return path === '' || path.split('/').includes('..') || path.includes('\0') ? null : path
}

/** A mounted hierarchy that counts memory, and the file in it that counts kills. */
interface Hierarchy {
  readonly mount: string
  readonly file: string
}

/** The hierarchies of a mountinfo table: v1's memory controller, and v2. */
export const hierarchiesOf = (mountinfo: string): readonly Hierarchy[] =>
  mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const mount = before.split(' ')[4] ?? ''
    const [type, , options = ''] = after.split(' ')
    if (type === 'cgroup2') return [{ mount, file: 'memory.events' }]
    return type === 'cgroup' && options.split(',').includes('memory')
      ? [{ mount, file: 'memory.oom_control' }]
      : []
  })

/** How often the kernel killed in a cgroup for want of memory; null where none of its files is there. */
export const oomKillsIn = async (path: string): Promise<number | null> => {
  for (const { mount, file } of hierarchiesOf(await readFile('/proc/self/mountinfo', 'latin1'))) {
    const text = await readFile(join(mount, path, file), 'latin1').catch(ifGone(null))
    const kills = text === null ? undefined : OOM_KILLS.exec(text)?.[1]
    if (kills !== undefined) return Number(kills)
  }
  return null
}
