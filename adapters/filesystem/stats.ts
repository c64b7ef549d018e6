import type { CgroupUsage, Stats } from '../../ports/stats.js'
import type { Clock } from '../../ports/time.js'
import { type CgroupMounts, cgroupMounts, cgroupPath, readCgroupFile } from './cgroups.js'
import { attempt } from './errors.js'
import { countOf, cpuOf, type Dialect, memoryOf, swapOf, V1, V2 } from './stats-cgroup.js'
import { readKernelFile } from './stats-files.js'
import { interfacesOf } from './stats-network.js'

/** A line an interface, and a node may have thousands of them. */
const NETWORK_LIMIT = 2 * 1024 * 1024

type Read = (file: string) => Promise<string | null>

/** Who counts for a controller: v1 where it has it, else v2 (on a mixed node v1's are the ones in use). */
const counterOf =
  ({ v1, v2 }: CgroupMounts, path: string) =>
  (controller: string): { readonly dialect: Dialect; readonly read: Read } => {
    const mount = v1.get(controller)
    return mount === undefined
      ? { dialect: V2, read: (file) => readCgroupFile(v2, path, file) }
      : { dialect: V1, read: (file) => readCgroupFile(mount, path, file) }
  }

const memoryAndSwap = async (dialect: Dialect, read: Read): Promise<Pick<CgroupUsage, 'memory' | 'swap'>> => {
  const { memory } = dialect
  const [usage, limit, stat, swapUsage, swapLimit] = await Promise.all([
    read(memory.usage),
    read(memory.limit),
    read(memory.stat),
    read(memory.swapUsage),
    read(memory.swapLimit),
  ])
  const texts = { usage, limit, stat, swapUsage, swapLimit }
  return { memory: memoryOf(dialect, texts), swap: swapOf(dialect, texts) }
}

const usageOf = async (mounts: CgroupMounts, path: string, clock: Clock): Promise<CgroupUsage | null> => {
  const counter = counterOf(mounts, path)
  const [cpu, memory, pids] = [counter('cpuacct'), counter('memory'), counter('pids')]
  const [cpuText, memories, pidsText] = await Promise.all([
    cpu.read(cpu.dialect.cpu),
    memoryAndSwap(memory.dialect, memory.read),
    pids.read(pids.dialect.processes),
  ])
  const usage = {
    at: clock.now(),
    cpuNanoseconds: cpuOf(cpu.dialect, cpuText),
    ...memories,
    processes: countOf(pidsText),
  }
  const nothing = usage.cpuNanoseconds === null && usage.memory === null && usage.processes === null
  return nothing ? null : usage
}

/**
 * What the kernel counts, read from its own files. Its cgroups are looked for once: no system moves them.
 *
 * @example
 * const usage = await stats(clock).cgroup('/kubepods/burstable/pod1/web')()
 */
export const stats = (clock: Clock): Stats => {
  let mounts: CgroupMounts | null = null
  return {
    cgroup: (cgroupsPath) =>
      attempt(`measure ${JSON.stringify(cgroupsPath)}`, 'the cgroup file system', async () => {
        const path = cgroupPath(cgroupsPath)
        mounts ??= await cgroupMounts()
        return path === null ? null : usageOf(mounts, path, clock)
      }),
    network: (pid) =>
      attempt(`measure the network of process ${pid}`, 'the kernel', async () => {
        const text = await readKernelFile(`/proc/${pid}/net/dev`, NETWORK_LIMIT)
        return text === null ? null : interfacesOf(text)
      }),
  }
}
