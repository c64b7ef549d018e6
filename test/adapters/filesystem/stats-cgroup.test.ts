import { describe, expect, it } from 'vitest'
import {
  countOf,
  cpuOf,
  type Dialect,
  memoryOf,
  swapOf,
  V1,
  V2,
} from '../../../adapters/filesystem/stats-cgroup.js'

const STAT_V1 = `cache 9338880
rss 100
swap 3
pgfault 1
pgmajfault 2
inactive_file 4
hierarchical_memory_limit 9223372036854771712
total_cache 891674624
total_rss 21143552
total_rss_huge 7
total_swap 65536
total_pgfault 19666752
total_pgmajfault 2615
total_inactive_file 345022464
`

const STAT_V2 = `anon 21143552
anon_thp 7
file 891674624
inactive_anon 1
inactive_file 345022464
pgfault 19666752
pgmajfault 2615
workingset_refault_file 3
`

const NO_LIMIT_V1 = '9223372036854771712\n'

interface Texts {
  readonly usage?: string | null
  readonly limit?: string | null
  readonly stat?: string | null
  readonly swapUsage?: string | null
  readonly swapLimit?: string | null
}

const V1_TEXTS = {
  usage: '917504000\n',
  limit: '1073741824\n',
  stat: STAT_V1,
  swapUsage: '917569536\n',
  swapLimit: '2147483648\n',
}
const V2_TEXTS = {
  usage: '917504000\n',
  limit: '1073741824\n',
  stat: STAT_V2,
  swapUsage: '65536\n',
  swapLimit: '1073741824\n',
}

const VERSIONS: readonly (readonly [string, Dialect, typeof V1_TEXTS, string])[] = [
  ['v1', V1, V1_TEXTS, NO_LIMIT_V1],
  ['v2', V2, V2_TEXTS, 'max\n'],
]

describe.each(VERSIONS)('memory on cgroup %s', (_version, dialect, texts, noLimit) => {
  const memory = (changed: Texts = {}) => memoryOf(dialect, { ...texts, ...changed })
  const swap = (changed: Texts = {}) => swapOf(dialect, { ...texts, ...changed })

  it('is told with all that lies below the cgroup', () => {
    expect(memory()).toEqual({
      usage: 917504000n,
      limit: 1073741824n,
      workingSet: 917504000n - 345022464n,
      rss: 21143552n,
      pageFaults: 19666752n,
      majorPageFaults: 2615n,
    })
  })
  it('has no limit where the kernel says that there is none', () => {
    expect(memory({ limit: noLimit })?.limit).toBeNull()
    expect(memory({ limit: null })?.limit).toBeNull()
    expect(memory({ limit: String(2n ** 62n) })?.limit).toBe(2n ** 62n)
    expect(memory({ limit: String(2n ** 62n + 1n) })?.limit).toBeNull()
  })
  it('has a working set of nothing where more could be dropped than is used', () => {
    expect(memory({ usage: '345022463' })?.workingSet).toBe(0n)
    expect(memory({ usage: '345022464' })?.workingSet).toBe(0n)
    expect(memory({ usage: '345022465' })?.workingSet).toBe(1n)
  })
  it('is not known where a file is gone or says nothing', () => {
    expect(memory({ usage: null })).toBeNull()
    expect(memory({ usage: '' })).toBeNull()
    expect(memory({ usage: '-1\n' })).toBeNull()
    expect(memory({ stat: null })).toBeNull()
  })
  it('is 0 in what its stat leaves out', () => {
    expect(memory({ stat: 'anon\nrss x\n' })).toMatchObject({
      workingSet: 917504000n,
      rss: 0n,
      pageFaults: 0n,
    })
  })
  it('leaves swap to be used, up to its own limit', () => {
    expect(swap()).toEqual({ usage: 65536n, available: 1073741824n - 65536n })
    expect(swap({ swapLimit: noLimit })).toEqual({ usage: 65536n, available: null })
    expect(swap({ swapUsage: null })).toBeNull()
  })
  it('leaves no swap where that limit is reached', () => {
    expect(swap({ swapLimit: dialect === V1 ? texts.limit : '0\n' })).toEqual({
      usage: 65536n,
      available: 0n,
    })
  })
})

describe('the time of processors', () => {
  it('stands alone in nanoseconds on v1', () => {
    expect(cpuOf(V1, '123456789012345678\n')).toBe(123456789012345678n)
  })
  it('stands among others in microseconds on v2', () => {
    expect(cpuOf(V2, 'usage_usec 12345\nuser_usec 1\nsystem_usec 2\n')).toBe(12345000n)
    expect(cpuOf(V2, 'core_sched.force_idle_usec 9\n')).toBeNull()
  })
  it.each([V1, V2])('is not known without a file', (dialect) => {
    expect(cpuOf(dialect, null)).toBeNull()
  })
})

describe('a file of one number', () => {
  it.each([
    ['0\n', 0n],
    ['18446744073709551615\n', 18446744073709551615n],
    ['max\n', null],
    ['', null],
    ['1 2\n', null],
    ['0x10', null],
    ['9'.repeat(21), null],
  ])('%j is %s', (text, count) => {
    expect(countOf(text)).toBe(count)
  })
})
