import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js'
import { ContainerState } from '../../adapters/cri/gen/runtime/v1/container.js'
import { PodSandboxState } from '../../adapters/cri/gen/runtime/v1/sandbox.js'
import {
  ImageServiceService as Images,
  RuntimeServiceService as Runtime,
} from '../../adapters/cri/gen/runtime/v1/services.js'
import { BUSYBOX_IMAGE } from '../lab/config.js'
import type { Method } from '../lab/connection.js'
import type { LabContainer, Pod } from '../lab/pods.js'

/** The same questions to two CRI sockets about the same pods, and their answers compared field by field. */

export interface Question {
  readonly asks: string
  readonly ask: (client: Client) => Promise<unknown>
}

/** A failed call is an answer, too: its code and its words. */
const question = <Q, A>(
  asks: string,
  method: Method<Q, A> & { readonly responseSerialize: (value: A) => Buffer },
  request: Q,
): Question => ({
  asks,
  ask: (client) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        (bytes: Buffer) => bytes,
        request,
        new Metadata(),
        { deadline: Date.now() + 10_000 },
        (error: ServiceError | null, bytes?: Buffer) => {
          if (error !== null) return resolve({ code: error.code, details: error.details })
          if (bytes === undefined) return reject(new Error(`${asks}: no answer`))
          const answer = method.responseDeserialize(bytes)
          // Fields that our own proto does not know would be compared by nobody.
          const unknown = bytes.length - method.responseSerialize(answer).length
          resolve({ answer: plain(answer), unknownBytes: unknown })
        },
      )
    }),
})

/** Verbose information is JSON in a string; big numbers are text, so that nothing is rounded. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return value.startsWith('{') ? parsed(value) : value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export interface Subjects {
  readonly pods: readonly Pod[]
  readonly containers: readonly LabContainer[]
  readonly imageId: string
}

const verbose = true

export const questionsAbout = ({ pods, containers, imageId }: Subjects): readonly Question[] => [
  question('version', Runtime.version, { version: '' }),
  question('status', Runtime.status, { verbose: false }),
  question('runtime config', Runtime.runtimeConfig, {}),
  question('list pods', Runtime.listPodSandbox, {}),
  question('list pods that are ready', Runtime.listPodSandbox, {
    filter: { id: '', state: { state: PodSandboxState.SANDBOX_READY }, labelSelector: new Map() },
  }),
  question('list pods by a label', Runtime.listPodSandbox, {
    filter: { id: '', labelSelector: new Map([['app', 'web']]) },
  }),
  question('list pods by a label that none has', Runtime.listPodSandbox, {
    filter: { id: '', labelSelector: new Map([['app', 'none']]) },
  }),
  question('list pods by an id that is none', Runtime.listPodSandbox, {
    filter: { id: 'zzz', labelSelector: new Map() },
  }),
  ...pods.flatMap(({ id, name }) => [
    question(`list pod ${name} by a short id`, Runtime.listPodSandbox, {
      filter: { id: id.slice(0, 13), labelSelector: new Map() },
    }),
    question(`status of pod ${name}`, Runtime.podSandboxStatus, { podSandboxId: id, verbose }),
    question(`status of pod ${name} by a short id`, Runtime.podSandboxStatus, {
      podSandboxId: id.slice(0, 13),
      verbose: false,
    }),
    question(`containers of pod ${name}`, Runtime.listContainers, {
      filter: { id: '', podSandboxId: id, labelSelector: new Map() },
    }),
    question(`containers of pod ${name} by a short id`, Runtime.listContainers, {
      filter: { id: '', podSandboxId: id.slice(0, 13), labelSelector: new Map() },
    }),
  ]),
  question('list containers', Runtime.listContainers, {}),
  ...[
    ContainerState.CONTAINER_CREATED,
    ContainerState.CONTAINER_RUNNING,
    ContainerState.CONTAINER_EXITED,
    ContainerState.CONTAINER_UNKNOWN,
  ].map((state) =>
    question(`list containers in state ${state}`, Runtime.listContainers, {
      filter: { id: '', podSandboxId: '', state: { state }, labelSelector: new Map() },
    }),
  ),
  question('list containers by a label', Runtime.listContainers, {
    filter: { id: '', podSandboxId: '', labelSelector: new Map([['tier', 'front']]) },
  }),
  question('list containers by an id that is none', Runtime.listContainers, {
    filter: { id: 'zzz', podSandboxId: '', labelSelector: new Map() },
  }),
  ...containers.flatMap(({ id, name }) => [
    question(`list container ${name} by a short id`, Runtime.listContainers, {
      filter: { id: id.slice(0, 13), podSandboxId: '', labelSelector: new Map() },
    }),
    question(`status of container ${name}`, Runtime.containerStatus, { containerId: id, verbose }),
    question(`status of container ${name} by a short id`, Runtime.containerStatus, {
      containerId: id.slice(0, 13),
      verbose: false,
    }),
  ]),
  question('status of no pod', Runtime.podSandboxStatus, { podSandboxId: 'nobody', verbose: false }),
  question('status of no container', Runtime.containerStatus, { containerId: 'nobody', verbose: false }),
  question('reopening the log of no container', Runtime.reopenContainerLog, { containerId: 'nobody' }),
  question('reopening the log of one that has exited', Runtime.reopenContainerLog, {
    containerId: containers.find(({ name }) => name === 'failed')?.id ?? '',
  }),
  question('list images', Images.listImages, {}),
  question('list one image', Images.listImages, {
    filter: { image: imageSpec(BUSYBOX_IMAGE) },
  }),
  question('list an image that is none', Images.listImages, { filter: { image: imageSpec('none.local/x') } }),
  ...[BUSYBOX_IMAGE, imageId, imageId.replace('sha256:', '').slice(0, 13), 'none.local/x:1'].map((image) =>
    question(`status of image ${image}`, Images.imageStatus, { image: imageSpec(image), verbose: false }),
  ),
  question('file systems of images', Images.imageFsInfo, {}),
  question('statistics of containers', Runtime.listContainerStats, {}),
  question('statistics of pods', Runtime.listPodSandboxStats, {}),
]

export const imageSpec = (image: string) => ({
  image,
  annotations: new Map(),
  userSpecifiedImage: '',
  runtimeHandler: '',
  imageRef: '',
})

export type Answers = ReadonlyMap<string, unknown>

/** Asks everything of the CRI at a socket. */
export const askAll = async (socket: string, questions: readonly Question[]): Promise<Answers> => {
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    'grpc.default_authority': 'localhost',
    'grpc.use_local_subchannel_pool': 1,
  })
  try {
    const answers = new Map<string, unknown>()
    for (const { asks, ask } of questions) answers.set(asks, await ask(client))
    return answers
  } finally {
    client.close()
  }
}

export interface Difference {
  readonly asks: string
  /** The field, as `answer.status.mounts.0.hostPath` */
  readonly path: string
  readonly theirs: unknown
  readonly ours: unknown
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const idOf = (value: unknown): string => {
  if (!isRecord(value)) return ''
  const { id, attributes } = value
  return typeof id === 'string' ? id : isRecord(attributes) ? idOf(attributes) : ''
}

/** Lists come in no order; what has an id is compared with its like. */
const members = (value: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> => {
  if (!Array.isArray(value) || value.some((member) => idOf(member) === ''))
    return new Map(Object.entries(value))
  return new Map(value.map((member) => [idOf(member), member]))
}

/** Every field in which two values differ. */
export const differences = (
  asks: string,
  theirs: unknown,
  ours: unknown,
  path = '',
): readonly Difference[] => {
  if (!isRecord(theirs) || !isRecord(ours)) return theirs === ours ? [] : [{ asks, path, theirs, ours }]
  const [a, b] = [members(theirs), members(ours)]
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((key) =>
    differences(asks, a.get(key), b.get(key), path === '' ? key : `${path}.${key}`),
  )
}

/** The paths of all fields that hold something that is no list and no message. */
export const leaves = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
  isRecord(value) ? Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key])) : [path]

/** The same with one field broken. */
export const brokenAt = (value: unknown, [key, ...rest]: readonly string[]): unknown => {
  if (key === undefined) return 'broken on purpose'
  if (Array.isArray(value))
    return value.map((member, at) => (String(at) === key ? brokenAt(member, rest) : member))
  return isRecord(value) ? { ...value, [key]: brokenAt(value[key], rest) } : value
}
