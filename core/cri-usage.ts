/** Numbers that the CRI tells and the kernel does not. */

/** What a cgroup had used of the CPU, and when. Nanoseconds, both. */
export interface CpuSample {
  readonly at: bigint
  readonly used: bigint
}

const SECOND = 1_000_000_000n

/**
 * Nanoseconds of CPU a second between two samples; 0 where there is no earlier one, where no time has passed, or where
 * the count began anew (reference: getUsageNanoCores).
 *
 * @example
 * nanoCores({ at: 0n, used: 0n }, { at: 2_000_000_000n, used: 1_000_000_000n }) // 500_000_000n
 */
export const nanoCores = (before: CpuSample | null, now: CpuSample): bigint => {
  if (before === null || now.at <= before.at || now.used < before.used) return 0n
  return ((now.used - before.used) * SECOND) / (now.at - before.at)
}

/** Bytes up to the limit; 0 where there is none (reference: getAvailableBytes). */
export const availableBytes = (limit: bigint | null, workingSet: bigint): bigint =>
  limit === null || limit < workingSet ? 0n : limit - workingSet
