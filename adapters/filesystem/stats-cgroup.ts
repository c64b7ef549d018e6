import type { CgroupUsage } from '../../ports/stats.js'

/** What a cgroup's files say, as numbers (reference: container_stats_list.go, and the cgroups library below it). */

/** How a version of cgroups calls what it counts. */
export interface Dialect {
  readonly cpu: string
  readonly processes: string
  readonly memory: Readonly<Record<MemoryFile, string>>
  /** Keys of its `memory.stat`. There v1 counts the cgroups below apart, as v2 never does: hence `total_`. */
  readonly inactiveFile: string
  readonly rss: string
  readonly pageFaults: string
  readonly majorPageFaults: string
}

type MemoryFile = 'usage' | 'limit' | 'stat' | 'swapUsage' | 'swapLimit'

/** The texts of a cgroup's files about memory; null where there is none. */
export type MemoryTexts = Readonly<Record<MemoryFile, string | null>>

export const V1: Dialect = {
  cpu: 'cpuacct.usage',
  processes: 'pids.current',
  memory: {
    usage: 'memory.usage_in_bytes',
    limit: 'memory.limit_in_bytes',
    stat: 'memory.stat',
    swapUsage: 'memory.memsw.usage_in_bytes',
    swapLimit: 'memory.memsw.limit_in_bytes',
  },
  inactiveFile: 'total_inactive_file',
  rss: 'total_rss',
  pageFaults: 'total_pgfault',
  majorPageFaults: 'total_pgmajfault',
}

export const V2: Dialect = {
  cpu: 'cpu.stat',
  processes: 'pids.current',
  memory: {
    usage: 'memory.current',
    limit: 'memory.max',
    stat: 'memory.stat',
    swapUsage: 'memory.swap.current',
    swapLimit: 'memory.swap.max',
  },
  inactiveFile: 'inactive_file',
  rss: 'anon',
  pageFaults: 'pgfault',
  majorPageFaults: 'pgmajfault',
}

/** A file that holds one number; null where it holds none. */
export const countOf = (text: string | null): bigint | null =>
  text !== null && /^\d{1,20}\n?$/.test(text) ? BigInt(text.trim()) : null

/** The number that stands behind a key; null where there is none. */
const fieldOf = (text: string | null, key: string): bigint | null => {
  const line = text?.split('\n').find((each) => each.startsWith(`${key} `))
  return line === undefined ? null : countOf(line.slice(key.length + 1))
}

/** v1's word for no limit is the largest number of whole pages (reference: isMemoryUnlimited); v2 says `max`. */
const UNLIMITED = 1n << 62n

const limitOf = (text: string | null): bigint | null => {
  const limit = countOf(text)
  return limit === null || limit > UNLIMITED ? null : limit
}

const less = (a: bigint, b: bigint): bigint => (a > b ? a - b : 0n)

/** ns of all its processors' time; null where it is not counted. */
export const cpuOf = (dialect: Dialect, text: string | null): bigint | null => {
  if (dialect === V1) return countOf(text)
  const microseconds = fieldOf(text, 'usage_usec')
  return microseconds === null ? null : microseconds * 1000n
}

/** null where memory is not counted. */
export const memoryOf = (dialect: Dialect, texts: MemoryTexts): CgroupUsage['memory'] => {
  const usage = countOf(texts.usage)
  if (usage === null || texts.stat === null) return null
  const field = (key: string): bigint => fieldOf(texts.stat, key) ?? 0n
  return {
    usage,
    limit: limitOf(texts.limit),
    workingSet: less(usage, field(dialect.inactiveFile)),
    rss: field(dialect.rss),
    pageFaults: field(dialect.pageFaults),
    majorPageFaults: field(dialect.majorPageFaults),
  }
}

/** null where swap is not counted. v1 limits memory and swap together. */
export const swapOf = (dialect: Dialect, texts: MemoryTexts): CgroupUsage['swap'] => {
  const counted = countOf(texts.swapUsage)
  if (counted === null) return null
  const most = limitOf(texts.swapLimit)
  const [usage, limit] =
    dialect === V2
      ? [counted, most]
      : // Memory taken away from both: but the two are read one after the other, and `memory.stat` tells it itself.
        [
          fieldOf(texts.stat, 'total_swap') ?? 0n,
          most === null ? null : less(most, limitOf(texts.limit) ?? 0n),
        ]
  return { usage, available: limit === null ? null : less(limit, usage) }
}
