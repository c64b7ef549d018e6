import { describeSnapshots } from '../../adapters/fast-check/contract/snapshots.js'
import { describeStats, type StatsFixture } from '../../adapters/fast-check/contract/stats.js'
import { emptyWorld, simulate } from '../../adapters/memory/index.js'
import type { CgroupUsage } from '../../ports/stats.js'

const NOW = 1_795_445_431_431_213_697n
const PATH = '/kubepods/pod/web'
const PID = 7
const MIB = 1n << 20n

const USED: Omit<CgroupUsage, 'at'> = {
  cpuNanoseconds: 1n,
  memory: {
    usage: 3n * MIB,
    limit: 16n * MIB,
    workingSet: 2n * MIB,
    rss: MIB,
    pageFaults: 2n,
    majorPageFaults: 1n,
  },
  swap: { usage: 0n, available: 0n },
  processes: 1n,
}
const NOTHING = { rxBytes: 0n, rxErrors: 0n, txBytes: 0n, txErrors: 0n }

const makeStats = async (): Promise<StatsFixture> => {
  const { servePorts, usage } = simulate(emptyWorld(NOW))
  usage.setCgroup(PATH, USED)
  usage.setNetwork(PID, [{ name: 'eth0', ...NOTHING }])
  return {
    stats: servePorts.stats,
    cgroupsPath: PATH,
    memoryLimit: 16n * MIB,
    processes: 1n,
    pid: PID,
    interfaces: ['lo', 'eth0'],
    spend: async () => usage.setCgroup(PATH, { ...USED, cpuNanoseconds: 2n }),
    end: async () => {
      usage.setCgroup(PATH, null)
      usage.setNetwork(PID, null)
    },
    cleanup: async () => undefined,
  }
}

describeStats('memory', makeStats, { cgroups: true })

describeSnapshots('memory', async () => {
  const { servePorts, usage } = simulate(emptyWorld(NOW))
  const stored = { folder: '/snapshots', usage: [{ key: 'web', bytes: 4096n, inodes: 2n }] }
  usage.setSnapshots('overlayfs', stored)
  return {
    snapshots: servePorts.snapshots,
    snapshotter: 'overlayfs',
    ...stored,
    cleanup: async () => undefined,
  }
})
