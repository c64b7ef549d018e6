import { describe, expect, it } from 'vitest'
import { NamespaceMode } from '../../../adapters/cri/gen/runtime/v1/config.js'
import { MountPropagation } from '../../../adapters/cri/gen/runtime/v1/container_config.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { setup } from './client.js'
import { container, documentOf, sandbox } from './served.js'

const MAPPING = { host_id: 1000, container_id: 1, length: 65536 }
const OTHER = { host_id: 2000, container_id: 2, length: 3 }
const MAPPED = { hostId: 1000, containerId: 1, length: 65536 }
const OTHER_MAPPED = { hostId: 2000, containerId: 2, length: 3 }

const containerWith = async (shown: ReturnType<typeof container>) => {
  const { node, ask } = await setup()
  node.containers(shown)
  return (await ask(Cri.containerStatus, { containerId: shown.id, verbose: false })).status
}

describe('the mounts of a container', () => {
  const mountsOf = async (...mounts: readonly object[]) =>
    (await containerWith(container('a', 's', { mounts })))?.mounts
  it('are told as they were asked for', async () => {
    const mount = {
      container_path: '/data',
      host_path: '/mnt',
      readonly: true,
      selinux_relabel: true,
      propagation: 2,
      uidMappings: [MAPPING],
      gidMappings: [OTHER],
      recursive_read_only: true,
      image: { image: 'files:1', image_ref: 'ref' },
      image_sub_path: 'sub',
    }
    expect(await mountsOf(mount)).toEqual([
      {
        containerPath: '/data',
        hostPath: '/mnt',
        readonly: true,
        selinuxRelabel: true,
        propagation: MountPropagation.PROPAGATION_BIDIRECTIONAL,
        uidMappings: [MAPPED],
        gidMappings: [OTHER_MAPPED],
        recursiveReadOnly: true,
        image: {
          image: 'files:1',
          annotations: new Map(),
          userSpecifiedImage: '',
          runtimeHandler: '',
          imageRef: 'ref',
        },
        imageSubPath: 'sub',
      },
    ])
  })
  it('have no image where a folder of the host is mounted', async () => {
    expect(await mountsOf({ host_path: '/mnt' })).toEqual([
      expect.not.objectContaining({ image: expect.anything() }),
    ])
  })
  it('are each told apart by what they may do', async () => {
    expect(
      await mountsOf({ readonly: true }, { selinux_relabel: true }, { recursive_read_only: true }),
    ).toEqual([
      expect.objectContaining({ readonly: true, selinuxRelabel: false, recursiveReadOnly: false }),
      expect.objectContaining({ readonly: false, selinuxRelabel: true, recursiveReadOnly: false }),
      expect.objectContaining({ readonly: false, selinuxRelabel: false, recursiveReadOnly: true }),
    ])
  })
  it('are private where their propagation is one that is not known', async () => {
    expect(await mountsOf({ propagation: 1 }, { propagation: 9 })).toMatchObject([
      { propagation: MountPropagation.PROPAGATION_HOST_TO_CONTAINER },
      { propagation: MountPropagation.PROPAGATION_PRIVATE },
    ])
  })
})

describe('the resources of a container', () => {
  const resourcesOf = async (document: object | null) =>
    (await containerWith(container('a', 's', {}, {}, { document: document && documentOf(document) })))
      ?.resources
  it('are those of its checkpoint', async () => {
    const linux = {
      cpu_period: 1,
      cpu_quota: 2,
      cpu_shares: 3,
      memory_limit_in_bytes: 4,
      oom_score_adj: -5,
      cpuset_cpus: '0-1',
      cpuset_mems: '0',
      hugepage_limits: [{ page_size: '2MB', limit: 6 }],
      unified: { 'memory.high': '7' },
      memory_swap_limit_in_bytes: 8,
    }
    expect(await resourcesOf({ Resources: { linux } })).toEqual({
      linux: {
        cpuPeriod: 1n,
        cpuQuota: 2n,
        cpuShares: 3n,
        memoryLimitInBytes: 4n,
        oomScoreAdj: -5n,
        cpusetCpus: '0-1',
        cpusetMems: '0',
        hugepageLimits: [{ pageSize: '2MB', limit: 6n }],
        unified: new Map([['memory.high', '7']]),
        memorySwapLimitInBytes: 8n,
      },
    })
  })
  it('are empty where the checkpoint has them empty', async () => {
    expect(await resourcesOf({ Resources: {} })).toEqual({})
  })
  it('are not told where there is no documentOf, or it has none', async () => {
    expect(await resourcesOf(null)).toBeUndefined()
    expect(await resourcesOf({})).toBeUndefined()
  })
})

describe('the namespaces of a sandbox', () => {
  const namespacesOf = async (namespace_options: object) => {
    const { node, ask } = await setup()
    node.sandboxes(sandbox('a', { linux: { security_context: { namespace_options } } }))
    const { status } = await ask(Cri.podSandboxStatus, { podSandboxId: 'a', verbose: false })
    return status?.linux?.namespaces?.options
  }
  it('are told as they were asked for', async () => {
    expect(
      await namespacesOf({
        network: 2,
        pid: 1,
        ipc: 3,
        target_id: 'other',
        userns_options: { mode: 2, uids: [MAPPING], gids: [OTHER] },
      }),
    ).toEqual({
      network: NamespaceMode.NODE,
      pid: NamespaceMode.CONTAINER,
      ipc: NamespaceMode.TARGET,
      targetId: 'other',
      usernsOptions: { mode: NamespaceMode.NODE, uids: [MAPPED], gids: [OTHER_MAPPED] },
    })
  })
  it('are the pod’s where they are of a kind that is not known', async () => {
    expect(await namespacesOf({ network: 9, pid: 2 })).toEqual({
      network: NamespaceMode.POD,
      pid: NamespaceMode.NODE,
      ipc: NamespaceMode.POD,
      targetId: '',
    })
  })
})
