import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { ContainerStatsFilter } from '../../../adapters/cri/gen/runtime/v1/stats.js'
import { setup } from './client.js'
import { container, gone, inCgroup, sandbox, usage, withRecord } from './served.js'

const asker = async () => {
  const all = await setup()
  const { node, ask } = all
  return {
    ...all,
    /** A container, and a cgroup that it runs in. */
    run: (...containers: readonly ReturnType<typeof container>[]) => {
      node.containers(...containers)
      for (const { id } of containers) {
        node.details.set(id, inCgroup(`/pods/${id}`))
        node.cgroups.set(`/pods/${id}`, usage())
      }
    },
    statsOf: async (containerId: string) => (await ask(Cri.containerStats, { containerId })).stats,
    list: async (filter?: Partial<ContainerStatsFilter>) =>
      (
        await ask(
          Cri.listContainerStats,
          filter === undefined
            ? {}
            : { filter: { id: '', podSandboxId: '', labelSelector: new Map(), ...filter } },
        )
      ).stats,
  }
}

describe('the stats of a container', () => {
  it('are what its cgroup and its writable layer use', async () => {
    const { run, node, statsOf } = await asker()
    const config = {
      metadata: { name: 'web', attempt: 2 },
      labels: { app: 'web' },
      annotations: { hash: '1' },
    }
    run(withRecord(container('abc', 's', config), { snapshotKey: 'layer' }))
    node.snapshots = [
      { key: 'abc', bytes: 1n, inodes: 1n },
      { key: 'layer', bytes: 50n, inodes: 6n },
    ]
    expect(await statsOf('a')).toEqual({
      attributes: {
        id: 'abc',
        metadata: { name: 'web', attempt: 2 },
        labels: new Map([['app', 'web']]),
        annotations: new Map([['hash', '1']]),
      },
      cpu: { timestamp: 1000n, usageCoreNanoSeconds: { value: 500n }, usageNanoCores: { value: 0n } },
      memory: {
        timestamp: 1000n,
        workingSetBytes: { value: 30n },
        availableBytes: { value: 70n },
        usageBytes: { value: 40n },
        rssBytes: { value: 20n },
        pageFaults: { value: 8n },
        majorPageFaults: { value: 9n },
      },
      writableLayer: {
        timestamp: 77n,
        fsId: { mountpoint: '/var/lib/snapshots' },
        usedBytes: { value: 50n },
        inodesUsed: { value: 6n },
      },
      swap: { timestamp: 1000n, swapAvailableBytes: { value: 12n }, swapUsageBytes: { value: 11n } },
    })
  })
  it('leave out what the kernel does not tell', async () => {
    const { run, node, statsOf } = await asker()
    run(container('a', 's'))
    node.cgroups.set('/pods/a', usage({ cpuNanoseconds: null, memory: null, swap: null }))
    const stats = await statsOf('a')
    expect(stats).toMatchObject({ attributes: { id: 'a' } })
    expect(stats).toMatchObject({ cpu: undefined, memory: undefined, swap: undefined })
  })
  it('tell no room for swap where it has no limit', async () => {
    const { run, node, statsOf } = await asker()
    run(container('a', 's'))
    node.cgroups.set('/pods/a', usage({ swap: { usage: 3n, available: null } }))
    expect((await statsOf('a'))?.swap).toEqual({ timestamp: 1000n, swapUsageBytes: { value: 3n } })
  })
  it.each([
    ['containerd is away', null, '', { timestamp: 0n, fsId: { mountpoint: '' } }],
    ['its snapshot is gone', [], '/snap', { timestamp: 0n, fsId: { mountpoint: '/snap' } }],
    [
      'the snapshotter does not tell its folder',
      [{ key: 'a', bytes: 0n, inodes: 0n }],
      null,
      { timestamp: 77n, fsId: { mountpoint: '' } },
    ],
  ])('tell an empty layer where %s', async (_, snapshots, folder, expected) => {
    const { run, node, statsOf } = await asker()
    run(container('a', 's'))
    node.snapshots = snapshots
    node.folder = folder
    expect((await statsOf('a'))?.writableLayer).toEqual({
      ...expected,
      usedBytes: { value: 0n },
      inodesUsed: { value: 0n },
    })
  })
  it('are told of a container in doubt whose cgroup is there', async () => {
    const { run, statsOf } = await asker()
    run(container('a', 's', {}, { unknown: true }))
    expect(await statsOf('a')).toMatchObject({ cpu: { timestamp: 1000n } })
  })
})

describe('a container without usage', () => {
  it.each([
    ['was never started', { startedAt: 0n }],
    ['has exited', { finishedAt: 30n }],
  ])('is refused by itself where it %s, whatever its cgroup says', async (_, life) => {
    const { run, refused } = await asker()
    run(container('abc', 's', {}, life))
    expect(await refused(Cri.containerStats, { containerId: 'a' })).toEqual({
      code: status.UNKNOWN,
      details: 'container "abc" has no usage: it does not run, or its cgroup cannot be read',
    })
  })
  it.each([
    ['is gone', null],
    ['cannot be read', gone],
  ])('is refused by itself where its cgroup %s', async (_, read) => {
    const { run, node, refused } = await asker()
    run(container('a', 's'))
    if (read === null) node.cgroups.clear()
    else node.cgroups.set('/pods/a', read)
    expect(await refused(Cri.containerStats, { containerId: 'a' })).toMatchObject({ code: status.UNKNOWN })
  })
  it.each([
    ['no cgroup is named', inCgroup('')],
    ['the spec cannot be read', { ...inCgroup('/pods/a'), spec: 'no JSON' }],
  ])('is refused by itself where %s', async (_, told) => {
    const { run, node, refused } = await asker()
    run(container('a', 's'))
    node.details.set('a', told)
    node.cgroups.set('', usage())
    expect(await refused(Cri.containerStats, { containerId: 'a' })).toMatchObject({ code: status.UNKNOWN })
  })
  it('is not found where it is not there', async () => {
    const { refused } = await asker()
    expect(await refused(Cri.containerStats, { containerId: 'x' })).toMatchObject({ code: status.NOT_FOUND })
  })
  it('is listed all the same, with what is known', async () => {
    const { run, list } = await asker()
    run(container('a', 's', {}, { finishedAt: 30n }))
    const [stats] = await list()
    expect(stats).toMatchObject({ attributes: { id: 'a' }, writableLayer: { usedBytes: { value: 0n } } })
    expect(stats).toMatchObject({ cpu: undefined, memory: undefined, swap: undefined })
  })
})

describe('the rate of a container’s CPU', () => {
  const sampled = async (...samples: readonly (readonly [at: bigint, used: bigint])[]) => {
    const { run, node, list, statsOf } = await asker()
    run(container('a', 's'), container('b', 's'))
    const told: unknown[] = []
    for (const [at, cpuNanoseconds] of samples) {
      node.cgroups.set('/pods/a', usage({ at, cpuNanoseconds }))
      const stats = told.length % 2 === 0 ? await statsOf('a') : (await list({ id: 'a' }))[0]
      told.push([stats?.cpu?.timestamp, stats?.cpu?.usageNanoCores?.value])
    }
    return told
  }
  it('is over the time between two samples, whichever call took them', async () => {
    expect(await sampled([1_000n, 100n], [1_000_001_000n, 400n], [3_000_001_000n, 2400n])).toEqual([
      [1_000n, 0n],
      [1_000_001_000n, 300n],
      [3_000_001_000n, 1_000n],
    ])
  })
  it('is never told twice for the same time, though the clock stands still or steps back', async () => {
    expect(await sampled([1_000n, 100n], [1_000n, 100n], [500n, 100n])).toEqual([
      [1_000n, 0n],
      [1_001n, 0n],
      [1_002n, 0n],
    ])
  })
  it('begins anew with the count', async () => {
    expect(await sampled([1_000n, 100n], [2_000n, 50n])).toEqual([
      [1_000n, 0n],
      [2_000n, 0n],
    ])
  })
  it('is forgotten some time after the container went away, and that of no other', async () => {
    const { run, node, list } = await asker()
    const many = Array.from({ length: 259 }, (_, at) => container(`c${at + 1000}`, 's'))
    run(...many)
    await list()
    run(...many.slice(0, 1), container('last', 's'))
    await list({ id: 'last' })
    run(...many)
    for (const { id } of many)
      node.cgroups.set(`/pods/${id}`, usage({ at: 1_000_001_000n, cpuNanoseconds: 900n }))
    const told = await list()
    const rates = told.map(({ cpu }) => cpu?.usageNanoCores?.value)
    expect(rates.slice(0, 2)).toEqual([400n, 0n])
  })
})

describe('a filter of container stats', () => {
  it.each([
    ['nothing', {}, ['aa1', 'aa2', 'bb1', 'cc1']],
    ['a whole id', { id: 'aa2' }, ['aa2']],
    ['the beginning of an id', { id: 'b' }, ['bb1']],
    ['a beginning that fits several', { id: 'aa' }, []],
    ['a whole sandbox', { podSandboxId: 'pod-one' }, ['aa1', 'aa2']],
    ['the beginning of a sandbox', { podSandboxId: 'pod-t' }, ['bb1']],
    ['a beginning that fits several sandboxes', { podSandboxId: 'pod' }, []],
    ['a label', { labelSelector: new Map([['app', 'web']]) }, ['aa1', 'cc1']],
    ['a sandbox and a label', { podSandboxId: 'pod-two', labelSelector: new Map([['app', 'web']]) }, []],
  ])('selects by %s, also those that do not run', async (_, filter, expected) => {
    const { run, node, list } = await asker()
    node.sandboxes(sandbox('pod-one'), sandbox('pod-two'))
    run(
      container('aa1', 'pod-one', { labels: { app: 'web' } }),
      container('aa2', 'pod-one', {}, { finishedAt: 30n }),
      container('bb1', 'pod-two'),
      withRecord(container('cc1', '', {}, {}, { metadata: null }), { labels: new Map([['app', 'web']]) }),
    )
    expect((await list(filter)).map(({ attributes }) => attributes?.id)).toEqual(expected)
  })
})
