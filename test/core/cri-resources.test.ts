import { describe, expect, it } from 'vitest'
import { rightOf } from '../../adapters/fast-check/either.js'
import { decodeCheckpoint } from '../../core/checkpoint.js'
import { resourcesOf } from '../../core/cri-resources.js'
import type { JsonObject } from '../../core/json.js'

const documentOf = (resources: string): JsonObject =>
  rightOf(decodeCheckpoint(`{"Version":"v1","Resources":${resources}}`)).document

const NOTHING = {
  cpuPeriod: 0n,
  cpuQuota: 0n,
  cpuShares: 0n,
  memoryLimit: 0n,
  memorySwapLimit: 0n,
  oomScoreAdj: 0n,
  cpusetCpus: '',
  cpusetMems: '',
  hugepages: [],
  unified: new Map(),
}

describe('the resources in a checkpoint', () => {
  it('are all that it says, to the last byte', () => {
    const linux = `{
      "cpu_period": 100000, "cpu_quota": -1, "cpu_shares": 2,
      "memory_limit_in_bytes": 9223372036854775807, "memory_swap_limit_in_bytes": 9223372036854775806,
      "oom_score_adj": -997, "cpuset_cpus": "0-3", "cpuset_mems": "0",
      "hugepage_limits": [{"page_size": "2MB", "limit": 18446744073709551615}, null, {"page_size": "1GB"}],
      "unified": {"memory.high": "max"}, "new": true
    }`
    expect(resourcesOf(documentOf(`{"linux":${linux},"windows":null}`))).toEqual({
      linux: {
        cpuPeriod: 100_000n,
        cpuQuota: -1n,
        cpuShares: 2n,
        memoryLimit: 2n ** 63n - 1n,
        memorySwapLimit: 2n ** 63n - 2n,
        oomScoreAdj: -997n,
        cpusetCpus: '0-3',
        cpusetMems: '0',
        hugepages: [
          { pageSize: '2MB', limit: 2n ** 64n - 1n },
          { pageSize: '1GB', limit: 0n },
        ],
        unified: new Map([['memory.high', 'max']]),
      },
    })
  })
  it('may say nothing', () => {
    expect(resourcesOf(documentOf('{"linux":{}}'))).toEqual({ linux: NOTHING })
    expect(resourcesOf(documentOf('{"linux":null}'))).toEqual({ linux: null })
    expect(resourcesOf(documentOf('{}'))).toEqual({ linux: null })
  })
  it('may be missing', () => {
    expect(resourcesOf(null)).toBeNull()
    expect(resourcesOf(documentOf('null'))).toBeNull()
    expect(resourcesOf({ kind: 'object', entries: [] })).toBeNull()
  })
  it('that do not decode count as none', () => {
    const wrong: JsonObject = { kind: 'object', entries: [['Resources', { kind: 'array', items: [] }]] }
    expect(resourcesOf(wrong)).toBeNull()
  })
})
