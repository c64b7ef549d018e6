import { describe, expect, it } from 'vitest'
import { type PodSandboxFilter, PodSandboxState } from '../../../adapters/cri/gen/runtime/v1/sandbox.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import type { ServedSandbox } from '../../../ports/service.js'
import { setup } from './client.js'
import { sandbox } from './served.js'

const WEB = {
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt: 2 },
  labels: { app: 'web' },
  annotations: { hash: '1' },
}

/** One that stands in the sandbox store only, or whose metadata cannot be read. */
const unreadable = (id: string, more: Partial<ServedSandbox> = {}): ServedSandbox =>
  sandbox(id, {}, { metadata: null, ...more })

const labelled = (id: string): ServedSandbox => {
  const plain = sandbox(id)
  const labels = new Map([
    ['io.kubernetes.pod.name', 'web'],
    ['io.kubernetes.pod.namespace', 'shop'],
    ['io.kubernetes.pod.uid', 'u1'],
  ])
  return unreadable(id, { record: plain.record === null ? null : { ...plain.record, labels } })
}

const lister = async (...sandboxes: readonly ServedSandbox[]) => {
  const { node, ask } = await setup()
  node.sandboxes(...sandboxes)
  return async (filter?: Partial<PodSandboxFilter>) =>
    (
      await ask(
        Cri.listPodSandbox,
        filter === undefined ? {} : { filter: { id: '', labelSelector: new Map(), ...filter } },
      )
    ).items
}

const statusOf = async (shown: ServedSandbox) => {
  const { node, ask } = await setup()
  node.sandboxes(shown)
  return (await ask(Cri.podSandboxStatus, { podSandboxId: shown.id, verbose: false })).status
}

describe('the list of sandboxes', () => {
  it('tells of each who the pod is', async () => {
    const list = await lister(sandbox('a', WEB, {}, { RuntimeHandler: 'kata' }))
    expect(await list()).toEqual([
      {
        id: 'a',
        metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt: 2 },
        state: PodSandboxState.SANDBOX_READY,
        createdAt: 7n,
        labels: new Map([['app', 'web']]),
        annotations: new Map([['hash', '1']]),
        runtimeHandler: 'kata',
      },
    ])
  })
  it('knows the pod by the record’s labels where its metadata cannot be read', async () => {
    const shown = labelled('a')
    const list = await lister(shown)
    expect(await list()).toEqual([
      {
        id: 'a',
        metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt: 0 },
        state: PodSandboxState.SANDBOX_READY,
        createdAt: 7n,
        labels: shown.record?.labels,
        annotations: new Map(),
        runtimeHandler: '',
      },
    ])
  })
  it('shows a pod of which nothing can be read without a name', async () => {
    const list = await lister(unreadable('a', { record: null }))
    expect(await list()).toMatchObject([
      { id: 'a', metadata: { name: '', namespace: '', uid: '', attempt: 0 }, labels: new Map() },
    ])
  })
  it('shows a sandbox in doubt as not ready', async () => {
    const list = await lister(
      sandbox('a', {}, { state: 'SANDBOX_UNKNOWN' }),
      sandbox('b', {}, { state: 'SANDBOX_NOTREADY' }),
    )
    expect((await list()).map(({ state }) => state)).toEqual([
      PodSandboxState.SANDBOX_NOTREADY,
      PodSandboxState.SANDBOX_NOTREADY,
    ])
  })
})

describe('a filter of sandboxes', () => {
  const READY = { state: PodSandboxState.SANDBOX_READY }
  const NOT_READY = { state: PodSandboxState.SANDBOX_NOTREADY }
  it.each([
    ['nothing', {}, ['aa1', 'aa2', 'bb1']],
    ['a whole id', { id: 'aa2' }, ['aa2']],
    ['the beginning of an id', { id: 'b' }, ['bb1']],
    ['a beginning that fits several', { id: 'aa' }, []],
    ['an id that nothing has', { id: 'x' }, []],
    ['ready', { state: READY }, ['aa1']],
    ['not ready, which those in doubt are too', { state: NOT_READY }, ['aa2', 'bb1']],
    ['a label', { labelSelector: new Map([['app', 'web']]) }, ['aa2']],
    ['a record’s label', { labelSelector: new Map([['io.kubernetes.pod.uid', 'u1']]) }, ['bb1']],
    ['a label of another value', { labelSelector: new Map([['app', 'db']]) }, []],
  ])('selects by %s', async (_, filter, expected) => {
    const list = await lister(sandbox('aa1'), sandbox('aa2', WEB, { state: 'SANDBOX_NOTREADY' }), {
      ...labelled('bb1'),
      state: 'SANDBOX_UNKNOWN',
    })
    expect((await list(filter)).map(({ id }) => id)).toEqual(expected)
  })
})

describe('the status of a sandbox', () => {
  it('tells who the pod is, and its addresses', async () => {
    expect(await statusOf(sandbox('a', WEB, {}, { RuntimeHandler: 'kata' }))).toEqual({
      id: 'a',
      metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt: 2 },
      state: PodSandboxState.SANDBOX_READY,
      createdAt: 7n,
      network: { ip: '10.0.0.2', additionalIps: [{ ip: 'fd00::2' }] },
      linux: { namespaces: {} },
      labels: new Map([['app', 'web']]),
      annotations: new Map([['hash', '1']]),
      runtimeHandler: 'kata',
    })
  })
  it('stands alone: it tells no containers, and no time', async () => {
    const { node, ask } = await setup()
    node.sandboxes(sandbox('a'))
    expect(await ask(Cri.podSandboxStatus, { podSandboxId: 'a', verbose: false })).toMatchObject({
      info: new Map(),
      containersStatuses: [],
      timestamp: 0n,
    })
    expect(node.asked).toEqual([])
  })
  it.each(['host', 'missing', 'stale'] as const)('tells no address while its network is %s', async (net) => {
    const shown = sandbox('a', {}, { netns: { path: '/run/netns/a', status: net, unclear: null } })
    expect((await statusOf(shown))?.network).toEqual({ ip: '', additionalIps: [] })
  })
  it('tells no address where the metadata cannot be read', async () => {
    expect(await statusOf(labelled('a'))).toMatchObject({
      metadata: { name: 'web', namespace: 'shop', uid: 'u1', attempt: 0 },
      network: { ip: '', additionalIps: [] },
      annotations: new Map(),
      runtimeHandler: '',
    })
  })
})
