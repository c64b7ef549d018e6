import { isRight } from 'fp-ts/lib/Either.js'
import { dictionary, int64, list, pointer, struct, text, uint64 } from './go.js'
import type { JsonObject } from './json.js'

/** What a container may use, as its checkpoint has it (reference: Status.Resources). 0 and empty: not said. */
export interface LinuxResources {
  /** Microseconds */
  readonly cpuPeriod: bigint
  readonly cpuQuota: bigint
  readonly cpuShares: bigint
  /** Bytes */
  readonly memoryLimit: bigint
  readonly memorySwapLimit: bigint
  readonly oomScoreAdj: bigint
  readonly cpusetCpus: string
  readonly cpusetMems: string
  readonly hugepages: readonly { readonly pageSize: string; readonly limit: bigint }[]
  /** cgroup v2 files by name */
  readonly unified: ReadonlyMap<string, string>
}

const stored = struct({
  Resources: pointer(
    struct({
      linux: pointer(
        struct({
          cpu_period: int64,
          cpu_quota: int64,
          cpu_shares: int64,
          memory_limit_in_bytes: int64,
          oom_score_adj: int64,
          cpuset_cpus: text,
          cpuset_mems: text,
          hugepage_limits: list(pointer(struct({ page_size: text, limit: uint64 }))),
          unified: dictionary(text),
          memory_swap_limit_in_bytes: int64,
        }),
      ),
    }),
  ),
})

/**
 * The resources in a checkpoint's document. null: it has none; `linux` null: it has an empty one. One that does not
 * decode would have failed the checkpoint already, and counts as none.
 */
export const resourcesOf = (
  document: JsonObject | null,
): { readonly linux: LinuxResources | null } | null => {
  if (document === null) return null
  const read = stored.read(document, stored.zero, 'status')
  if (!isRight(read) || read.right.Resources === null) return null
  const { linux } = read.right.Resources
  if (linux === null) return { linux: null }
  return {
    linux: {
      cpuPeriod: linux.cpu_period,
      cpuQuota: linux.cpu_quota,
      cpuShares: linux.cpu_shares,
      memoryLimit: linux.memory_limit_in_bytes,
      memorySwapLimit: linux.memory_swap_limit_in_bytes,
      oomScoreAdj: linux.oom_score_adj,
      cpusetCpus: linux.cpuset_cpus,
      cpusetMems: linux.cpuset_mems,
      hugepages: linux.hugepage_limits
        .filter((each) => each !== null)
        .map(({ page_size: pageSize, limit }) => ({ pageSize, limit })),
      unified: linux.unified,
    },
  }
}
