import { join } from 'node:path'
import { cgroupMountsOf, cgroupPath } from '../../adapters/filesystem/cgroups.js'
import { countOf, cpuOf, memoryOf, swapOf, V1, V2 } from '../../adapters/filesystem/stats-cgroup.js'
import { interfacesOf } from '../../adapters/filesystem/stats-network.js'
import { holds, type Target } from './target.js'

/** The kernel’s own files, and the paths that lead to them. Their bytes are read as latin1. */

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

const isCount = (count: bigint | null | undefined): boolean => count == null || count >= 0n

/** Five files in one input, with a zero byte between them: no file of the kernel’s has one. */
const cgroupFiles = (bytes: Uint8Array): void => {
  const [usage = null, limit = null, stat = null, swapUsage = null, swapLimit = null] =
    latin1(bytes).split('\0')
  const texts = { usage, limit, stat, swapUsage, swapLimit }
  for (const dialect of [V1, V2]) {
    const memory = memoryOf(dialect, texts)
    const swap = swapOf(dialect, texts)
    const counts = [...Object.values(memory ?? {}), ...Object.values(swap ?? {})]
    holds([...counts, cpuOf(dialect, stat), countOf(usage)].every(isCount), 'a count below 0')
    holds(memory === null || memory.workingSet <= memory.usage, 'a working set larger than what is used')
  }
}

export const OF_KERNEL: readonly Target[] = [
  {
    name: 'cgroup-files',
    decodes: 'the counters of a cgroup',
    tokens: [
      '\x00',
      '\n',
      'max\n',
      'usage_usec ',
      'anon ',
      'inactive_file ',
      'total_swap ',
      '4611686018427387905',
    ],
    run: cgroupFiles,
  },
  {
    name: 'cgroup-path',
    decodes: 'the cgroup’s place in an OCI spec',
    tokens: ['/', '..', '/../', ':', '-', '.slice', '.slice:cri-containerd:', 'a-', '\x00'],
    run: (bytes) => {
      const path = cgroupPath(Buffer.from(bytes).toString())
      if (path === null) return
      holds(`${join('/sys/fs/cgroup', path)}/`.startsWith('/sys/fs/cgroup/'), 'a path that leads elsewhere')
      holds(!path.includes('\0'), 'a path with a zero byte')
    },
  },
  {
    name: 'mountinfo',
    decodes: 'the kernel’s table of mounts',
    tokens: [' - ', ' / ', '\n', 'cgroup2', ' - cgroup cgroup rw,', 'memory', ',', '\\040'],
    run: (bytes) => {
      const text = latin1(bytes)
      const { v1, v2 } = cgroupMountsOf(text)
      holds(v2 === null || text.includes(v2), 'a mount that is not in the table')
      for (const [controller, mount] of v1)
        holds(text.includes(controller) && text.includes(mount), 'a controller that is not in the table')
    },
  },
  {
    name: 'network',
    decodes: 'the interfaces of a process',
    tokens: ['eth0:', 'lo:', ' 1', '\n', '18446744073709551616 ', ':', '\t'],
    run: (bytes) => {
      const text = latin1(bytes)
      const all = interfacesOf(text)
      holds(all.length <= text.split('\n').length, 'more interfaces than lines')
      for (const { name, rxBytes, rxErrors, txBytes, txErrors } of all) {
        holds(name !== 'lo' && !/[\s:]/.test(name), 'a name that the kernel refuses')
        holds([rxBytes, rxErrors, txBytes, txErrors].every(isCount), 'a count below 0')
      }
    },
  },
]
