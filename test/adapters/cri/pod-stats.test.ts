import { status } from '@grpc/grpc-js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { PodSandboxStatsFilter } from '../../../adapters/cri/gen/runtime/v1/stats.js'
import type { ServedSandbox } from '../../../ports/service.js'
import { setup } from './client.js'
import { container, gone, inCgroup, sandbox, usage } from './served.js'

const pod = (id: string, more: Partial<ServedSandbox> = {}, config: object = {}): ServedSandbox =>
  sandbox(id, { linux: { cgroup_parent: `/pods/${id}` }, ...config }, more)

const asker = async (...pods: readonly ServedSandbox[]) => {
  const all = await setup()
  const { node, ask } = all
  node.sandboxes(...pods)
  for (const { id } of pods) node.cgroups.set(`/pods/${id}`, usage())
  return {
    ...all,
    statsOf: async (podSandboxId: string) => (await ask(Cri.podSandboxStats, { podSandboxId })).stats,
    ids: async (filter?: Partial<PodSandboxStatsFilter>) => {
      const asked = filter === undefined ? {} : { filter: { id: '', labelSelector: new Map(), ...filter } }
      return (await ask(Cri.listPodSandboxStats, asked)).stats.map(({ attributes }) => attributes?.id)
    },
  }
}

const ETH0 = { name: 'eth0', rxBytes: 1n, rxErrors: 2n, txBytes: 3n, txErrors: 4n }

describe('the stats of a sandbox', () => {
  it('are what its own cgroup and its network use', async () => {
    const metadata = { name: 'web', namespace: 'shop', uid: 'u1', attempt: 2 }
    const { node, statsOf } = await asker(
      pod('abc', {}, { metadata, labels: { app: 'web' }, annotations: { hash: '1' } }),
    )
    node.networks.set(3, [{ ...ETH0, name: 'other', rxBytes: 9n }, ETH0])
    expect(await statsOf('a')).toEqual({
      attributes: {
        id: 'abc',
        metadata,
        labels: new Map([['app', 'web']]),
        annotations: new Map([['hash', '1']]),
      },
      linux: {
        cpu: { timestamp: 1000n, usageCoreNanoSeconds: { value: 500n } },
        memory: {
          timestamp: 1000n,
          workingSetBytes: { value: 30n },
          availableBytes: { value: 70n },
          usageBytes: { value: 40n },
          rssBytes: { value: 20n },
          pageFaults: { value: 8n },
          majorPageFaults: { value: 9n },
        },
        network: {
          timestamp: 1000n,
          defaultInterface: {
            name: 'eth0',
            rxBytes: { value: 1n },
            rxErrors: { value: 2n },
            txBytes: { value: 3n },
            txErrors: { value: 4n },
          },
          interfaces: [],
        },
        process: { timestamp: 1000n, processCount: { value: 0n } },
        containers: [],
      },
    })
  })
  it('hold those of its containers, and count their processes', async () => {
    const { node, statsOf } = await asker(pod('p'), pod('q'))
    node.containers(
      container('a', 'p'),
      container('b', 'p'),
      container('c', 'p'),
      container('d', 'p', {}, { finishedAt: 30n }),
      container('e', 'q'),
    )
    for (const id of ['a', 'b', 'c', 'd', 'e']) node.details.set(id, inCgroup(`/${id}`))
    node.cgroups.set('/a', usage({ at: 2000n, processes: 5n }))
    node.cgroups.set('/b', usage({ processes: null }))
    node.cgroups.set('/c', usage({ processes: 2n }))
    node.cgroups.set('/e', usage({ processes: 50n }))
    const linux = (await statsOf('p'))?.linux
    expect(linux?.process).toEqual({ timestamp: 1000n, processCount: { value: 7n } })
    expect(linux?.containers.map(({ attributes, cpu }) => [attributes?.id, cpu?.timestamp])).toEqual([
      ['a', 2000n],
      ['b', 1000n],
      ['c', 1000n],
      ['d', undefined],
    ])
  })
  it('have no memory where the kernel does not tell it', async () => {
    const { node, statsOf } = await asker(pod('p'))
    node.cgroups.set('/pods/p', usage({ memory: null }))
    expect((await statsOf('p'))?.linux).toMatchObject({ memory: undefined })
  })
  it('are never told twice for the same time', async () => {
    const { statsOf } = await asker(pod('p'))
    await statsOf('p')
    expect((await statsOf('p'))?.linux?.cpu?.timestamp).toBe(1001n)
  })
  it.each([
    ['it has no interface of that name', {}, [{ ...ETH0, name: 'eth1' }]],
    ['its process is gone', {}, null],
    ['it is the host’s', { netns: { path: '', status: 'host', unclear: null } }, [ETH0]],
    ['its process is not known', { pid: 0 }, [ETH0]],
  ] as const)('have no network where %s', async (_, more, interfaces) => {
    const { node, statsOf } = await asker(pod('p', more))
    if (interfaces !== null) for (const pid of [0, 3]) node.networks.set(pid, interfaces)
    expect((await statsOf('p'))?.linux).toMatchObject({ network: undefined })
  })
  it('have no network where it cannot be read', async () => {
    const { ask, node } = await setup({}, (service) => ({ ...service, network: () => TE.left(gone) }))
    node.sandboxes(pod('p'))
    node.cgroups.set('/pods/p', usage())
    const { stats } = await ask(Cri.podSandboxStats, { podSandboxId: 'p' })
    expect(stats?.linux).toMatchObject({ cpu: { timestamp: 1000n }, network: undefined })
  })
})

describe('a sandbox without usage', () => {
  it.each(['SANDBOX_NOTREADY', 'SANDBOX_UNKNOWN'] as const)('is refused while it is %s', async (state) => {
    const { refused } = await asker(pod('abc', { state }))
    expect(await refused(Cri.podSandboxStats, { podSandboxId: 'a' })).toEqual({
      code: status.UNAVAILABLE,
      details: 'sandbox "abc" is not ready, and uses nothing',
    })
  })
  it.each([
    ['it has no cgroup of its own', sandbox('p')],
    ['its metadata cannot be read', pod('p', { metadata: null })],
  ])('is refused where %s', async (_, shown) => {
    const { node, refused } = await asker(shown)
    node.cgroups.set('', usage())
    expect(await refused(Cri.podSandboxStats, { podSandboxId: 'p' })).toEqual({
      code: status.UNKNOWN,
      details: 'sandbox "p" has no cgroup of its own',
    })
  })
  it.each([
    ['is gone', null],
    ['cannot be read', gone],
    ['tells no CPU', usage({ cpuNanoseconds: null })],
  ])('is refused where its cgroup %s', async (_, read) => {
    const { node, refused } = await asker(pod('p'))
    if (read === null) node.cgroups.clear()
    else node.cgroups.set('/pods/p', read)
    expect(await refused(Cri.podSandboxStats, { podSandboxId: 'p' })).toEqual({
      code: status.UNKNOWN,
      details: 'sandbox "p": its cgroup cannot be read',
    })
  })
  it('is not found where it is not there', async () => {
    const { refused } = await asker()
    expect(await refused(Cri.podSandboxStats, { podSandboxId: 'x' })).toMatchObject({
      code: status.NOT_FOUND,
    })
  })
  it('is left out of the list', async () => {
    const { ids } = await asker(pod('a', { state: 'SANDBOX_NOTREADY' }), pod('b'), sandbox('c'))
    expect(await ids()).toEqual(['b'])
  })
})

describe('a filter of sandbox stats', () => {
  it.each([
    ['nothing', {}, ['aa1', 'aa2', 'bb1']],
    ['a whole id', { id: 'aa2' }, ['aa2']],
    ['the beginning of an id', { id: 'b' }, ['bb1']],
    ['a beginning that fits several', { id: 'aa' }, []],
    ['a label', { labelSelector: new Map([['app', 'web']]) }, ['bb1']],
  ])('selects by %s', async (_, filter, expected) => {
    const { ids } = await asker(pod('aa1'), pod('aa2'), pod('bb1', {}, { labels: { app: 'web' } }))
    expect(await ids(filter)).toEqual(expected)
  })
})
