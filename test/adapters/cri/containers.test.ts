import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { type ContainerFilter, ContainerState } from '../../../adapters/cri/gen/runtime/v1/container.js'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { failure } from '../../../ports/failure.js'
import { setup } from './client.js'
import { container, image, sandbox, withRecord } from './served.js'

const ASKED = {
  image: 'app:1',
  annotations: new Map(),
  userSpecifiedImage: '',
  runtimeHandler: '',
  imageRef: '',
}

const node = async () => {
  const { node, ask } = await setup()
  const list = async (filter?: Partial<ContainerFilter>) =>
    (
      await ask(
        Cri.listContainers,
        filter === undefined
          ? {}
          : { filter: { id: '', podSandboxId: '', labelSelector: new Map(), ...filter } },
      )
    ).containers
  return {
    node,
    list,
    ids: async (filter?: Partial<ContainerFilter>) => (await list(filter)).map(({ id }) => id),
  }
}

describe('the list of containers', () => {
  it('tells of each what the kubelet asked for', async () => {
    const { node: served, list } = await node()
    const labels = { app: 'web' }
    const annotations = { hash: '1' }
    served.containers(
      container('a', 's', { metadata: { name: 'web', attempt: 2 }, labels, annotations }, { createdAt: 11n }),
    )
    expect(await list()).toEqual([
      {
        id: 'a',
        podSandboxId: 's',
        metadata: { name: 'web', attempt: 2 },
        image: ASKED,
        imageRef: 'sha256:none',
        state: ContainerState.CONTAINER_RUNNING,
        createdAt: 11n,
        labels: new Map([['app', 'web']]),
        annotations: new Map([['hash', '1']]),
        imageId: '',
      },
    ])
  })
  it('passes on all of how the image was asked for', async () => {
    const { node: served, list } = await node()
    const asked = { annotations: { a: 'b' }, user_specified_image: 'app', runtime_handler: 'kata' }
    served.containers(container('a', 's', { image: { image: 'app:1', image_ref: 'ref', ...asked } }))
    expect((await list())[0]?.image).toEqual({
      image: 'app:1',
      annotations: new Map([['a', 'b']]),
      userSpecifiedImage: 'app',
      runtimeHandler: 'kata',
      imageRef: 'ref',
    })
  })
  it('shows no image where none was asked for', async () => {
    const { node: served, list } = await node()
    served.containers(container('a', 's', { image: null }))
    expect((await list())[0]?.image).toBeUndefined()
  })
  it('takes what the record has where the metadata cannot be read', async () => {
    const { node: served, list } = await node()
    const labels = new Map([['io.kubernetes.container.name', 'web']])
    served.containers(
      withRecord(container('a', 's', {}, { unknown: true }, { metadata: null }), {
        labels,
        image: 'docker.io/library/web:2',
      }),
    )
    expect(await list()).toEqual([
      {
        id: 'a',
        podSandboxId: '',
        metadata: { name: 'web', attempt: 0 },
        image: { ...ASKED, image: 'docker.io/library/web:2' },
        imageRef: 'docker.io/library/web:2',
        state: ContainerState.CONTAINER_UNKNOWN,
        createdAt: 10n,
        labels,
        annotations: new Map(),
        imageId: '',
      },
    ])
  })
  it('takes the creation from the record where the checkpoint has none', async () => {
    const { node: served, list } = await node()
    served.containers(withRecord(container('a', 's', {}, { createdAt: 0n }), { createdAt: 6n }))
    expect((await list())[0]?.createdAt).toBe(6n)
  })
})

describe('a filter of containers', () => {
  const filled = async () => {
    const { node: served, ...rest } = await node()
    served.sandboxes(sandbox('pod-one'), sandbox('pod-two'))
    served.containers(
      container('aa1', 'pod-one', { labels: { app: 'web', tier: 'front' } }, { startedAt: 0n }),
      container('aa2', 'pod-one', { labels: { app: 'web', tier: 'back' } }),
      container('bb1', 'pod-two', {}, { finishedAt: 30n }),
      withRecord(container('cc1', '', {}, { unknown: true }, { metadata: null }), {
        labels: new Map([['app', 'web']]),
      }),
    )
    return rest
  }
  it('leaves all where it says nothing', async () => {
    const { ids } = await filled()
    expect(await ids({})).toEqual(['aa1', 'aa2', 'bb1', 'cc1'])
    expect(await ids()).toEqual(['aa1', 'aa2', 'bb1', 'cc1'])
  })
  it.each([
    ['a whole id', { id: 'aa2' }, ['aa2']],
    ['the beginning of an id', { id: 'b' }, ['bb1']],
    ['a beginning that fits several', { id: 'aa' }, []],
    ['an id that nothing has', { id: 'x' }, []],
    ['a whole sandbox', { podSandboxId: 'pod-one' }, ['aa1', 'aa2']],
    ['the beginning of a sandbox', { podSandboxId: 'pod-t' }, ['bb1']],
    ['a beginning that fits several sandboxes', { podSandboxId: 'pod' }, []],
    ['a label', { labelSelector: new Map([['app', 'web']]) }, ['aa1', 'aa2', 'cc1']],
    [
      'all of several labels',
      {
        labelSelector: new Map([
          ['app', 'web'],
          ['tier', 'back'],
        ]),
      },
      ['aa2'],
    ],
    ['a label of another value', { labelSelector: new Map([['app', 'db']]) }, []],
    ['an id and a sandbox that do not go together', { id: 'aa1', podSandboxId: 'pod-two' }, []],
  ])('selects by %s', async (_, filter, expected) => {
    expect(await (await filled()).ids(filter)).toEqual(expected)
  })
  it.each([
    ['created', ContainerState.CONTAINER_CREATED, 'aa1'],
    ['running', ContainerState.CONTAINER_RUNNING, 'aa2'],
    ['exited', ContainerState.CONTAINER_EXITED, 'bb1'],
    ['unknown', ContainerState.CONTAINER_UNKNOWN, 'cc1'],
  ])('selects those that are %s', async (_, state, id) => {
    expect(await (await filled()).ids({ state: { state } })).toEqual([id])
  })
})

describe('the status of a container', () => {
  const statusOf = async (
    shown: ReturnType<typeof container>,
    images: readonly ReturnType<typeof image>[] = [],
  ) => {
    const { node, ask } = await setup()
    node.containers(shown)
    node.images(...images)
    return (await ask(Cri.containerStatus, { containerId: shown.id, verbose: false })).status
  }
  it('tells its life, its log, and what was asked for', async () => {
    const labels = { app: 'web' }
    const annotations = { hash: '1' }
    expect(
      await statusOf(
        container(
          'a',
          's',
          { metadata: { name: 'web', attempt: 2 }, labels, annotations },
          { finishedAt: 30n, exitCode: 3, reason: 'OOMKilled', message: 'it was too large' },
        ),
      ),
    ).toEqual({
      id: 'a',
      metadata: { name: 'web', attempt: 2 },
      state: ContainerState.CONTAINER_EXITED,
      createdAt: 10n,
      startedAt: 20n,
      finishedAt: 30n,
      exitCode: 3,
      image: ASKED,
      imageRef: 'sha256:none',
      reason: 'OOMKilled',
      message: 'it was too large',
      labels: new Map([['app', 'web']]),
      annotations: new Map([['hash', '1']]),
      mounts: [],
      logPath: '/logs/a.log',
      imageId: '',
      user: {},
      stopSignal: 0,
    })
  })
  it.each([
    [0, 'Completed'],
    [1, 'Error'],
  ])('names a reason for exit code %i where none is known', async (exitCode, reason) => {
    expect(await statusOf(container('a', 's', {}, { finishedAt: 30n, exitCode }))).toMatchObject({ reason })
  })
  it('takes the creation from the record where the checkpoint has none', async () => {
    const shown = withRecord(container('a', 's', {}, { createdAt: 0n }), { createdAt: 6n })
    expect(await statusOf(shown)).toMatchObject({ createdAt: 6n, startedAt: 20n })
  })
  it('takes what the record has where the metadata cannot be read', async () => {
    const labels = new Map([['io.kubernetes.container.name', 'web']])
    const shown = withRecord(container('a', 's', {}, { unknown: true }, { metadata: null }), { labels })
    expect(await statusOf(shown)).toMatchObject({
      metadata: { name: 'web', attempt: 0 },
      image: { image: 'docker.io/library/app:1' },
      imageRef: 'docker.io/library/app:1',
      labels,
      annotations: new Map(),
      mounts: [],
      logPath: '',
    })
  })
  it('names the image by its first tag and its first digest while it is there', async () => {
    const pulled = `docker.io/library/app@sha256:${'a'.repeat(64)}`
    const images = ['docker.io/library/app:2', 'docker.io/library/app:1', pulled].map((name) =>
      image(name, 'sha256:none'),
    )
    expect(await statusOf(container('a', 's'), images)).toMatchObject({
      image: { ...ASKED, image: 'docker.io/library/app:1' },
      imageRef: pulled,
    })
  })
  it('names the image as it was asked for where only its id is left', async () => {
    const images = [image(`sha256:${'a'.repeat(64)}`, 'sha256:none')]
    expect(await statusOf(container('a', 's'), images)).toMatchObject({
      image: ASKED,
      imageRef: 'sha256:none',
    })
  })
})

describe('reopening a container’s log', () => {
  const setupOne = async () => {
    const { node, ...rest } = await setup()
    node.containers(container('abc', 's'))
    return { node, ...rest }
  }
  it('is done for the container that a short id stands for', async () => {
    const { ask, node } = await setupOne()
    expect(await ask(Cri.reopenContainerLog, { containerId: 'a' })).toEqual({})
    expect(node.reopened).toEqual(['abc'])
  })
  it('is not tried for a container that is not there', async () => {
    const { refused, node } = await setupOne()
    expect(await refused(Cri.reopenContainerLog, { containerId: 'x' })).toMatchObject({
      code: status.NOT_FOUND,
    })
    expect(node.reopened).toEqual([])
  })
  it('says that a container does not run, as containerd does', async () => {
    const { refused, node } = await setupOne()
    node.reopen = failure('Denied', 'reopen the log of abc', 'cri-recover', 'it has exited')
    expect(await refused(Cri.reopenContainerLog, { containerId: 'abc' })).toEqual({
      code: status.UNKNOWN,
      details: expect.stringMatching(/^container is not running: .*it has exited/),
    })
  })
})
