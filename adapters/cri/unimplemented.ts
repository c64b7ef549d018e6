import { type handleUnaryCall, type MethodDefinition, status } from '@grpc/grpc-js'
import { left } from 'fp-ts/lib/Either.js'
import { refusal, unary, type Watcher } from './calls.js'

/** Calls of the CRI that are not offered, and are not in our protos either. */
const NOT_DESCRIBED: Readonly<Record<string, readonly string[]>> = {
  'runtime.v1.RuntimeService': [
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
  ],
  'runtime.v1.ImageService': ['PullImage', 'RemoveImage', 'StreamImages'],
}

const same = (bytes: Buffer): Buffer => bytes

/** A method by its name alone: what is asked is not looked at. To refuse, it does not matter whether it streams. */
const undescribed = (path: string): MethodDefinition<Buffer, Buffer> => ({
  path,
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
})

/** A service's further methods, by the names under which they are added to it. */
export const undescribedOf = (service: string): Readonly<Record<string, MethodDefinition<Buffer, Buffer>>> =>
  Object.fromEntries((NOT_DESCRIBED[service] ?? []).map((name) => [name, undescribed(`/${service}/${name}`)]))

/** Refuses with exactly UNIMPLEMENTED, on which alone clients fall back. */
export const refusing = (watcher: Watcher, method: string): handleUnaryCall<unknown, unknown> =>
  unary(watcher, method, async () =>
    left(
      refusal(
        status.UNIMPLEMENTED,
        `${method.slice(method.lastIndexOf('/') + 1)} is not offered: cri-recover answers the read side of the CRI`,
      ),
    ),
  )
