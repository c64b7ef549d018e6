import { describe, expect, it } from 'vitest'
import type { CgroupUsage, Stats } from '../../../ports/stats.js'
import { against, answerOf } from './files.js'

/** A kernel that counts: a process that runs, and a cgroup that it is in. */
export interface StatsFixture {
  readonly stats: Stats
  /** The cgroup, as an OCI spec has it. */
  readonly cgroupsPath: string
  /** How much memory it may take, in bytes. */
  readonly memoryLimit: bigint
  /** How many processes are in it. */
  readonly processes: bigint
  readonly pid: number
  /** Every interface that the process sees, loopback among them. */
  readonly interfaces: readonly string[]
  /** The process spends some time of a processor. */
  readonly spend: () => Promise<void>
  /** The process ends, and its cgroup is removed. */
  readonly end: () => Promise<void>
  readonly cleanup: () => Promise<void>
}

const LOOPBACK = 'lo'
const NO_CGROUPS = [
  '',
  '/',
  '/../../proc/self',
  'a.slice:b:../../../c',
  'a\0b',
  '/cri-recover/none',
  'a.slice:b:c',
]
const NO_PROCESSES = [0, -1, 1.5, Number.NaN, 2 ** 53, 999_999_999]

const describeCgroup = (name: string, make: () => Promise<StatsFixture>): void => {
  const it_ = (sentence: string, body: (f: StatsFixture) => Promise<void>): void =>
    it(sentence, against(make, body))
  const usageOf = async ({ stats, cgroupsPath }: StatsFixture): Promise<CgroupUsage> => {
    const usage = answerOf(await stats.cgroup(cgroupsPath)())
    if (usage === null) throw new Error(`nothing is told of ${cgroupsPath}`)
    return usage
  }

  describe(`${name}: what a cgroup uses`, () => {
    it_('is told with the time at which it was read', async (f) => {
      const [first, second] = [await usageOf(f), await usageOf(f)]
      expect(first.at).toBeGreaterThan(1_577_836_800_000_000_000n)
      expect(second.at).toBeGreaterThanOrEqual(first.at)
    })
    it_('is memory within its limit, and the working set a part of it', async (f) => {
      const { memory } = await usageOf(f)
      if (memory === null) return expect.unreachable('memory is counted')
      expect(memory.limit).toBe(f.memoryLimit)
      expect(memory.usage).toBeGreaterThan(0n)
      expect(memory.usage).toBeLessThanOrEqual(f.memoryLimit)
      expect(memory.workingSet).toBeLessThanOrEqual(memory.usage)
      expect(memory.majorPageFaults).toBeLessThanOrEqual(memory.pageFaults)
    })
    it_('is swap that leaves no less than nothing, where that is counted', async (f) => {
      const { swap } = await usageOf(f)
      expect(swap?.usage ?? 0n).toBeGreaterThanOrEqual(0n)
      expect(swap?.available ?? 0n).toBeGreaterThanOrEqual(0n)
    })
    it_('is the processes in it', async (f) => {
      expect((await usageOf(f)).processes).toBe(f.processes)
    })
    it_('grows with the time that is spent', async (f) => {
      const before = await usageOf(f)
      await f.spend()
      const after = await usageOf(f)
      expect(after.cpuNanoseconds).toBeGreaterThan(before.cpuNanoseconds ?? -1n)
      expect(before.cpuNanoseconds).toBeGreaterThanOrEqual(0n)
    })
    it_('is not known once it is gone', async (f) => {
      await f.end()
      expect(answerOf(await f.stats.cgroup(f.cgroupsPath)())).toBeNull()
    })
    it_('is not known of what is no cgroup, wherever it would lead', async ({ stats }) => {
      for (const path of NO_CGROUPS) expect(answerOf(await stats.cgroup(path)())).toBeNull()
    })
  })
}

const describeNetwork = (name: string, make: () => Promise<StatsFixture>): void => {
  const it_ = (sentence: string, body: (f: StatsFixture) => Promise<void>): void =>
    it(sentence, against(make, body))

  describe(`${name}: the network of a process`, () => {
    it_('is every interface that it sees, without loopback', async ({ stats, pid, interfaces }) => {
      const told = answerOf(await stats.network(pid)())
      const names = interfaces.filter((each) => each !== LOOPBACK)
      expect(interfaces).toContain(LOOPBACK)
      expect(told?.map((each) => each.name).sort()).toEqual([...names].sort())
      for (const { rxBytes, rxErrors, txBytes, txErrors } of told ?? [])
        for (const count of [rxBytes, rxErrors, txBytes, txErrors]) expect(count).toBeGreaterThanOrEqual(0n)
    })
    it_('is not known once the process is gone', async (f) => {
      await f.end()
      expect(answerOf(await f.stats.network(f.pid)())).toBeNull()
    })
    it_('is not known of what is no process', async ({ stats }) => {
      for (const pid of NO_PROCESSES) expect(answerOf(await stats.network(pid)())).toBeNull()
    })
  })
}

/** What every implementation of Stats must satisfy. `cgroups`: whether the fixture can make one. */
export const describeStats = (
  name: string,
  make: () => Promise<StatsFixture>,
  can: { readonly cgroups: boolean },
): void => {
  if (can.cgroups) describeCgroup(name, make)
  else it.skip(`${name}: what a cgroup uses (left out: none can be made)`)
  describeNetwork(name, make)
}
