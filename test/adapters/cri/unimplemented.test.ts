import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { named, setup } from './client.js'

const RUNTIME = [
  'RunPodSandbox',
  'StopPodSandbox',
  'RemovePodSandbox',
  'CreateContainer',
  'StartContainer',
  'StopContainer',
  'RemoveContainer',
  'ExecSync',
  'UpdateContainerResources',
  'Exec',
  'Attach',
  'PortForward',
  'UpdateRuntimeConfig',
  'CheckpointContainer',
  'CheckpointPod',
  'RestorePod',
  'ListMetricDescriptors',
  'ListPodSandboxMetrics',
  'UpdatePodSandboxResources',
  'StreamPodSandboxes',
  'StreamContainers',
  'StreamContainerStats',
  'StreamPodSandboxStats',
  'StreamPodSandboxMetrics',
]
const IMAGES = ['PullImage', 'RemoveImage', 'StreamImages']

describe('a call that is not offered', () => {
  it.each([
    ...RUNTIME.map((name) => ['runtime.v1.RuntimeService', name] as const),
    ...IMAGES.map((name) => ['runtime.v1.ImageService', name] as const),
  ])('is refused by name: %s/%s', async (service, name) => {
    const handled: string[] = []
    const { refused } = await setup({ onHandled: (method, code) => handled.push(`${method} ${code}`) })
    expect(await refused(named(`/${service}/${name}`), Buffer.alloc(0))).toEqual({
      code: status.UNIMPLEMENTED,
      details: `${name} is not offered: cri-recover answers the read side of the CRI`,
    })
    expect(handled).toEqual([`${service}/${name} Unimplemented`])
  })
  it('is refused whatever it asks, where our protos do not describe it', async () => {
    const { refused } = await setup()
    const nonsense = Buffer.from([255])
    expect(await refused(named('/runtime.v1.ImageService/PullImage'), nonsense)).toMatchObject({
      code: status.UNIMPLEMENTED,
    })
  })
  it('is refused to a client that expects a stream', async () => {
    const { stream } = await setup()
    const call = stream(named('/runtime.v1.RuntimeService/StreamContainers'), Buffer.alloc(0))
    const error = await new Promise<unknown>((resolve) => call.on('error', resolve).resume())
    expect(error).toMatchObject({ code: status.UNIMPLEMENTED })
  })
  it('is every call of the protos that has no answer here', async () => {
    const { refused } = await setup()
    const answered = await Promise.all(
      Object.values(Cri).map(async ({ path }) => {
        if (path.endsWith('/GetContainerEvents')) return path
        const said = await refused(named(path), Buffer.alloc(0)).catch(() => null)
        return said?.code === status.UNIMPLEMENTED ? null : path
      }),
    )
    const names = answered.flatMap((path) => (path === null ? [] : [path.slice(path.lastIndexOf('/') + 1)]))
    expect(names.sort()).toEqual([
      'ContainerStats',
      'ContainerStatus',
      'GetContainerEvents',
      'ListContainerStats',
      'ListContainers',
      'ListPodSandbox',
      'ListPodSandboxStats',
      'PodSandboxStats',
      'PodSandboxStatus',
      'ReopenContainerLog',
      'RuntimeConfig',
      'Status',
      'Version',
    ])
  })
})
