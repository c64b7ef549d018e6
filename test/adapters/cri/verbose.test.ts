import { describe, expect, it } from 'vitest'
import { Options as RuncOptions } from '../../../adapters/cri/gen/containerd/runc/v1/options.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { Options as OtherOptions } from '../../../adapters/cri/gen/runtimeoptions/v1/options.js'
import type { ContainerDetail } from '../../../ports/containers.js'
import type { ServedContainer, ServedSandbox } from '../../../ports/service.js'
import { setup } from './client.js'
import { container, detail, documentOf, sandbox } from './served.js'

const PROBLEM = { code: 'netns-lost', severity: 'warning', message: 'it is gone' } as const
const parsed = (info: Map<string, string>) =>
  Object.fromEntries([...info].map(([key, text]): [string, unknown] => [key, JSON.parse(text)]))

const containerInfo = async (shown: ServedContainer, told: ContainerDetail | null = null) => {
  const { node, ask } = await setup()
  node.containers(shown)
  if (told !== null) node.details.set(shown.id, told)
  expect((await ask(Cri.containerStatus, { containerId: shown.id, verbose: false })).info).toEqual(new Map())
  return parsed((await ask(Cri.containerStatus, { containerId: shown.id, verbose: true })).info)
}

const sandboxInfo = async (shown: ServedSandbox, told: ContainerDetail | null = null) => {
  const { node, ask } = await setup()
  node.sandboxes(shown)
  if (told !== null) node.details.set(shown.id, told)
  const { info } = await ask(Cri.podSandboxStatus, { podSandboxId: shown.id, verbose: true })
  return { ...parsed(info), asked: node.asked }
}

const TOLD = detail(
  { ociVersion: '1.2.0' },
  { runtime: 'io.containerd.kata.v2', snapshotter: 'native', snapshotKey: 'other', image: 'pause:4' },
)
const RUNC = { typeUrl: 'containerd.runc.v1.Options', value: new Uint8Array() }
const NO_OPTIONS = RuncOptions.decode(new Uint8Array())

describe('a container’s verbose status', () => {
  const config = { metadata: { name: 'a', attempt: 1 }, image: { image: 'app:1' } }
  it('tells what containerd’s record holds, and what the kubelet asked for', async () => {
    expect((await containerInfo(container('a', 's'), TOLD))['info']).toEqual({
      sandboxID: 's',
      pid: 4,
      removing: false,
      snapshotKey: 'other',
      snapshotter: 'native',
      runtimeType: 'io.containerd.kata.v2',
      runtimeOptions: null,
      config,
      runtimeSpec: { ociVersion: '1.2.0' },
    })
  })
  it('tells what is known while containerd is away', async () => {
    expect((await containerInfo(container('a', 's')))['info']).toEqual({
      sandboxID: 's',
      pid: 4,
      removing: false,
      snapshotKey: 'a',
      snapshotter: 'overlayfs',
      runtimeType: 'io.containerd.runc.v2',
      runtimeOptions: null,
      config,
      runtimeSpec: null,
    })
  })
  it.each(['', 'no JSON'])('has no spec where the record’s is %j', async (spec) => {
    const { info } = await containerInfo(container('a', 's'), detail({}, { spec }))
    expect(info).toMatchObject({ runtimeSpec: null })
  })
  it('takes the last of a key that stands twice, as Go does', async () => {
    const shown = container('a', 's')
    const entries = [...documentOf({ Config: { a: 1 } }).entries, ...documentOf({ Config: { b: 2 } }).entries]
    const metadata = shown.metadata && { ...shown.metadata, document: { kind: 'object' as const, entries } }
    expect((await containerInfo({ ...shown, metadata }))['info']).toMatchObject({ config: { b: 2 } })
  })
  it('has no sandbox and no config where the metadata cannot be read', async () => {
    const shown = container('a', 's', {}, {}, { metadata: null })
    expect((await containerInfo(shown))['info']).toMatchObject({ sandboxID: '', config: null })
  })
  it.each([
    [{ parked: true }, { parked: true, watched: true, unwritten: null, problems: [] }],
    [{ watched: false }, { parked: false, watched: false, unwritten: null, problems: [] }],
    [
      { unwritten: 'the disk is full', problems: [PROBLEM] },
      { parked: false, watched: true, unwritten: 'the disk is full', problems: [PROBLEM] },
    ],
  ])('tells what is ours under a key of its own: %j', async (more, expected) => {
    expect((await containerInfo(container('a', 's', {}, {}, more)))['cri-recover']).toEqual(expected)
  })
})

describe('the options of a container’s runtime', () => {
  const optionsOf = async (options: ContainerDetail['options']) =>
    (await containerInfo(container('a', 's'), detail({}, { options })))['info']
  it('are all told for runc, under containerd’s names', async () => {
    const value = RuncOptions.encode({
      noPivotRoot: true,
      noNewKeyring: true,
      shimCgroup: '/shim',
      ioUid: 1,
      ioGid: 2,
      binaryName: 'crun',
      root: '/run/crun',
      systemdCgroup: true,
      criuImagePath: '/images',
      criuWorkPath: '/work',
      taskApiAddress: 'ttrpc+unix:///a.sock',
      taskApiVersion: 3,
    }).finish()
    expect(
      await optionsOf({ typeUrl: 'types.containerd.io/containerd.runc.v1.Options', value }),
    ).toMatchObject({
      runtimeOptions: {
        no_pivot_root: true,
        no_new_keyring: true,
        shim_cgroup: '/shim',
        io_uid: 1,
        io_gid: 2,
        binary_name: 'crun',
        root: '/run/crun',
        systemd_cgroup: true,
        criu_image_path: '/images',
        criu_work_path: '/work',
        task_api_address: 'ttrpc+unix:///a.sock',
        task_api_version: 3,
      },
    })
  })
  it('leave out what is at its default', async () => {
    const value = RuncOptions.encode({ ...NO_OPTIONS, binaryName: 'crun' }).finish()
    expect(await optionsOf({ ...RUNC, value })).toHaveProperty('runtimeOptions', { binary_name: 'crun' })
  })
  it('are told for other runtimes', async () => {
    const value = OtherOptions.encode({
      typeUrl: 'kata',
      configPath: '/etc/kata.toml',
      configBody: Buffer.from('debug = true'),
    }).finish()
    expect(await optionsOf({ typeUrl: 'runtimeoptions.v1.Options', value })).toMatchObject({
      runtimeOptions: {
        type_url: 'kata',
        config_path: '/etc/kata.toml',
        config_body: Buffer.from('debug = true').toString('base64'),
      },
    })
  })
  it.each([
    ['there are none', RUNC],
    ['their type is not known', { typeUrl: 'other.Options', value: new Uint8Array([8, 1]) }],
    ['they cannot be read', { ...RUNC, value: new Uint8Array([255]) }],
  ])('are null where %s', async (_, options) => {
    expect(await optionsOf(options)).toMatchObject({ runtimeOptions: null })
  })
})

describe('a sandbox’s verbose status', () => {
  it('tells what containerd’s record holds, and the whole metadata', async () => {
    const shown = sandbox('a', {}, {}, { CNIResult: { Interfaces: {} } })
    const metadata = {
      ID: 'a',
      Name: 'a_name',
      NetNSPath: '/run/netns/a',
      IP: '10.0.0.2',
      AdditionalIPs: ['fd00::2'],
      RuntimeHandler: '',
      Config: { metadata: { name: 'a', namespace: 'default', uid: 'uid-a' } },
      CNIResult: { Interfaces: {} },
    }
    const value = RuncOptions.encode({ ...NO_OPTIONS, systemdCgroup: true }).finish()
    expect(await sandboxInfo(shown, { ...TOLD, options: { ...RUNC, value } })).toMatchObject({
      info: {
        pid: 3,
        processStatus: 'running',
        netNamespaceClosed: false,
        image: 'pause:4',
        snapshotKey: 'other',
        snapshotter: 'native',
        runtimeType: 'io.containerd.kata.v2',
        runtimeOptions: { systemd_cgroup: true },
        config: metadata.Config,
        runtimeSpec: { ociVersion: '1.2.0' },
        cniResult: { Interfaces: {} },
        sandboxMetadata: { Version: 'v1', Metadata: metadata },
      },
      'cri-recover': { origin: 'container', unknown: false, parked: false, watched: true, problems: [] },
    })
  })
  it('tells what is known while containerd is away', async () => {
    expect(await sandboxInfo(sandbox('a'))).toMatchObject({
      asked: ['a'],
      info: {
        image: 'pause',
        snapshotKey: 'a',
        snapshotter: 'overlayfs',
        runtimeType: 'io.containerd.runc.v2',
        runtimeOptions: null,
        runtimeSpec: null,
        cniResult: null,
      },
    })
  })
  it('asks for no record of a sandbox that stands in the sandbox store only', async () => {
    const shown = sandbox('a', {}, { origin: 'store', record: null, metadata: null })
    expect(await sandboxInfo(shown, TOLD)).toMatchObject({
      asked: [],
      info: {
        image: '',
        snapshotKey: '',
        snapshotter: '',
        runtimeType: '',
        config: null,
        sandboxMetadata: null,
      },
      'cri-recover': { origin: 'store' },
    })
  })
  it.each([
    ['SANDBOX_READY', 'running', false],
    ['SANDBOX_NOTREADY', 'deleted', false],
    ['SANDBOX_UNKNOWN', 'unknown', true],
  ] as const)('says that a process of a sandbox %s is %s', async (state, processStatus, unknown) => {
    expect(await sandboxInfo(sandbox('a', {}, { state }))).toMatchObject({
      info: { processStatus },
      'cri-recover': { unknown },
    })
  })
  it.each([
    ['open', false],
    ['host', false],
    ['missing', true],
    ['stale', true],
  ] as const)('says whether a network that is %s is closed', async (status, netNamespaceClosed) => {
    const netns = { path: '/run/netns/a', status, unclear: null }
    expect(await sandboxInfo(sandbox('a', {}, { netns }))).toMatchObject({ info: { netNamespaceClosed } })
  })
  it.each([{ parked: true }, { watched: false }, { problems: [PROBLEM] }])('tells %j', async (more) => {
    expect(await sandboxInfo(sandbox('a', {}, more))).toMatchObject({ 'cri-recover': more })
  })
})
