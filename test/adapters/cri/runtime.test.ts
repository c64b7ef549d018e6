import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { Options } from '../../../adapters/cri/gen/containerd/runc/v1/options.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { CgroupDriver } from '../../../adapters/cri/gen/runtime/v1/status.js'
import { PHASE_TRAILER } from '../../../adapters/cri/index.js'
import type { Phase } from '../../../ports/service.js'
import { setup } from './client.js'
import { detail, sandbox } from './served.js'

describe('the version', () => {
  it('is the kubelet API’s only one, and names us', async () => {
    const { ask } = await setup({ version: '9.8.7' })
    expect(await ask(Cri.version, { version: 'whatever' })).toEqual({
      version: '0.1.0',
      runtimeName: 'cri-recover',
      runtimeVersion: '9.8.7',
      runtimeApiVersion: 'v1',
    })
  })
})

describe('the runtime’s status', () => {
  const conditions = async (phase: Phase) => {
    const { ask, node } = await setup()
    node.set({ phase, progress: { done: 2, total: 9 } })
    return (await ask(Cri.status, { verbose: false })).status?.conditions
  }
  it('is ready while the node is served, and its network never is', async () => {
    expect(await conditions('serving')).toEqual([
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      expect.objectContaining({ type: 'NetworkReady', status: false, reason: 'ReadOnly' }),
    ])
  })
  it.each([
    ['starting', 'Recovering', /2 of 9/],
    ['recovering', 'Recovering', /2 of 9/],
    ['cut-off', 'ContainerdUnreachable', /containerd/],
    ['stopping', 'Stopping', /ending/],
  ] as const)('says why it is not while %s', async (phase, reason, message) => {
    expect(await conditions(phase)).toContainEqual({
      type: 'RuntimeReady',
      status: false,
      reason,
      message: expect.stringMatching(message),
    })
  })
  it('tells what is known of the node when asked for more', async () => {
    const { ask, node } = await setup()
    node.set({ recoveredAt: 1795445431431213697n })
    const { info } = await ask(Cri.status, { verbose: true })
    expect(JSON.parse(info.get('cri-recover') ?? '')).toMatchObject({
      phase: 'serving',
      containerd: '2.1.9',
      recoveredAt: '1795445431431213697',
      recoveryMs: 12,
      log: { bytes: String(2n ** 60n), lines: '3' },
    })
    expect((await ask(Cri.status, { verbose: false })).info.size).toBe(0)
  })
  it('marks every answer that is given before all is known', async () => {
    const { trailer, node } = await setup()
    expect((await trailer(Cri.listContainers, {})).get(PHASE_TRAILER)).toEqual([])
    node.set({ phase: 'recovering' })
    expect((await trailer(Cri.listContainers, {})).get(PHASE_TRAILER)).toEqual(['recovering'])
    expect(
      (await trailer(Cri.containerStatus, { containerId: 'a', verbose: false })).get(PHASE_TRAILER),
    ).toEqual(['recovering'])
  })
  it('takes nothing that is not known for absent before the first recovery is through', async () => {
    const { refused, node } = await setup()
    node.set({ phase: 'recovering', recoveredAt: null, progress: { done: 2, total: 9 } })
    expect(await refused(Cri.containerStatus, { containerId: 'a', verbose: false })).toEqual({
      code: status.UNAVAILABLE,
      details: expect.stringMatching(/2 of 9/),
    })
  })
})

describe('the cgroup driver', () => {
  const driver = async (
    pods: readonly [id: string, createdAt: bigint, handler: string, cgroupsPath: string, systemd: boolean][],
  ) => {
    const { ask, node } = await setup()
    node.sandboxes(
      ...pods.map(([id, createdAt, RuntimeHandler]) => sandbox(id, {}, { createdAt }, { RuntimeHandler })),
    )
    for (const [id, , , cgroupsPath, systemdCgroup] of pods) {
      const value = Options.encode({ ...Options.decode(new Uint8Array()), systemdCgroup }).finish()
      const options = { typeUrl: 'containerd.runc.v1.Options', value }
      node.details.set(id, detail({ linux: { cgroupsPath } }, { options }))
    }
    return (await ask(Cri.runtimeConfig, {})).linux?.cgroupDriver
  }
  it('is cgroupfs on a node without pods', async () => {
    expect(await driver([])).toBe(CgroupDriver.CGROUPFS)
  })
  it('is told by how a pod’s cgroup is written', async () => {
    expect(await driver([['a', 1n, '', '/kubepods/a', false]])).toBe(CgroupDriver.CGROUPFS)
    expect(await driver([['a', 1n, '', 'a.slice:cri-containerd:a', false]])).toBe(CgroupDriver.SYSTEMD)
  })
  it('is systemd where the runtime’s options say so', async () => {
    expect(await driver([['a', 1n, '', '', true]])).toBe(CgroupDriver.SYSTEMD)
  })
  it('is that of the default handler’s newest pod', async () => {
    expect(
      await driver([
        ['old', 1n, '', '/a', false],
        ['new', 2n, '', 'a.slice:x:a', false],
        ['other', 3n, 'kata', '/a', false],
      ]),
    ).toBe(CgroupDriver.SYSTEMD)
  })
  it('passes over pods that do not tell', async () => {
    expect(
      await driver([
        ['mute', 2n, '', '', false],
        ['told', 1n, '', 'a.slice:x:a', false],
      ]),
    ).toBe(CgroupDriver.SYSTEMD)
  })
})
