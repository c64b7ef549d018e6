import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { NamespaceOption } from '../../adapters/cri/gen/runtime/v1/config.js'
import { LinuxContainerResources, NamespaceMode } from '../../adapters/cri/gen/runtime/v1/config.js'
import {
  ContainerConfig,
  LinuxContainerSecurityContext,
  Mount,
} from '../../adapters/cri/gen/runtime/v1/container_config.js'
import { PodSandboxConfig } from '../../adapters/cri/gen/runtime/v1/sandbox_config.js'
import { RuntimeServiceService as Cri } from '../../adapters/cri/gen/runtime/v1/services.js'
import { until } from '../../adapters/fast-check/wait.js'
import { cgroupOf } from './cgroups.js'
import { BUSYBOX_IMAGE } from './config.js'
import type { Connection } from './connection.js'
import { run } from './run.js'

/** Where pods are made: a lab, or a containerd of one. */
export interface Host {
  readonly dir: string
  readonly connection: Connection
}

export interface PodOptions {
  /** By default the node's own, which needs no network plugins. */
  readonly hostNetwork?: boolean
  /** Whose processes a container sees; by default its own alone. */
  readonly pid?: 'container' | 'pod' | 'node'
  readonly labels?: Readonly<Record<string, string>>
}

export interface Pod {
  readonly id: string
  readonly name: string
  readonly config: PodSandboxConfig
}

export interface ContainerOptions {
  readonly tty?: boolean
  readonly stdin?: boolean
  /** Below the pod's log folder; empty throws the output away. */
  readonly logPath?: string
  readonly attempt?: number
  /** In bytes; what takes more than that, the kernel kills. */
  readonly memory?: bigint
  readonly labels?: Readonly<Record<string, string>>
}

export interface LabContainer {
  readonly id: string
  readonly name: string
  readonly pod: Pod
  /** Undefined where the output is thrown away. */
  readonly logFile: string | undefined
  /** The FIFO that a container with the default command takes its orders from. */
  readonly orders: string
}

/** Does what it is told on its FIFO: needs neither containerd nor a shim to be told. */
export const OBEDIENT: readonly string[] = [
  '/bin/sh',
  '-c',
  'exec 3<>/ctl/orders; while read -r order <&3; do eval "$order"; done',
]

// A protobuf message of no bytes has every field at its default.
const blank = <A>(message: { readonly decode: (input: Uint8Array) => A }): A =>
  message.decode(new Uint8Array())

const MODES = {
  container: NamespaceMode.CONTAINER,
  pod: NamespaceMode.POD,
  node: NamespaceMode.NODE,
} as const

const namespaces = ({ hostNetwork = true, pid = 'container' }: PodOptions): NamespaceOption => ({
  network: hostNetwork ? NamespaceMode.NODE : NamespaceMode.POD,
  pid: MODES[pid],
  ipc: NamespaceMode.POD,
  targetId: '',
})

const podConfig = (host: Host, name: string, options: PodOptions): PodSandboxConfig => ({
  ...blank(PodSandboxConfig),
  metadata: { name, uid: `uid-${name}`, namespace: 'lab', attempt: 0 },
  hostname: options.hostNetwork === false ? name : '',
  logDirectory: join(host.dir, 'logs', name),
  labels: new Map(Object.entries(options.labels ?? {})),
  linux: {
    cgroupParent: cgroupOf(host.dir),
    sysctls: new Map(),
    securityContext: {
      namespaceOptions: namespaces(options),
      readonlyRootfs: false,
      supplementalGroups: [],
      privileged: false,
    },
  },
})

export const runPod = async (host: Host, name: string, options: PodOptions = {}): Promise<Pod> => {
  const config = podConfig(host, name, options)
  const { podSandboxId } = await host.connection.call(Cri.runPodSandbox, { config, runtimeHandler: '' })
  return { id: podSandboxId, name, config }
}

const containerConfig = (
  pod: Pod,
  name: string,
  command: readonly string[],
  control: string,
  options: ContainerOptions,
): ContainerConfig => {
  const namespaceOptions = pod.config.linux?.securityContext?.namespaceOptions
  return {
    ...blank(ContainerConfig),
    metadata: { name, attempt: options.attempt ?? 0 },
    image: {
      image: BUSYBOX_IMAGE,
      annotations: new Map(),
      userSpecifiedImage: '',
      runtimeHandler: '',
      imageRef: '',
    },
    command,
    mounts: [{ ...blank(Mount), containerPath: '/ctl', hostPath: control }],
    logPath: options.logPath ?? join(name, `${options.attempt ?? 0}.log`),
    labels: new Map(Object.entries(options.labels ?? {})),
    stdin: options.stdin ?? false,
    tty: options.tty ?? false,
    linux: {
      resources: { ...blank(LinuxContainerResources), memoryLimitInBytes: options.memory ?? 0n },
      securityContext: {
        ...blank(LinuxContainerSecurityContext),
        namespaceOptions,
      },
    },
  }
}

export const createContainer = async (
  host: Host,
  pod: Pod,
  name: string,
  command: readonly string[] = OBEDIENT,
  options: ContainerOptions = {},
): Promise<LabContainer> => {
  const control = join(host.dir, 'ctl', pod.name, `${name}-${options.attempt ?? 0}`)
  const orders = join(control, 'orders')
  await mkdir(control, { recursive: true })
  await run('mkfifo', [orders])
  const config = containerConfig(pod, name, command, control, options)
  if (config.logPath !== '')
    await mkdir(join(pod.config.logDirectory, config.logPath, '..'), { recursive: true })
  const { containerId } = await host.connection.call(Cri.createContainer, {
    podSandboxId: pod.id,
    config,
    sandboxConfig: pod.config,
  })
  const logFile = config.logPath === '' ? undefined : join(pod.config.logDirectory, config.logPath)
  return { id: containerId, name, pod, logFile, orders }
}

export const startContainer = async (host: Host, { id }: LabContainer): Promise<void> => {
  await host.connection.call(Cri.startContainer, { containerId: id })
}

export const runContainer = async (
  host: Host,
  pod: Pod,
  name: string,
  command?: readonly string[],
  options?: ContainerOptions,
): Promise<LabContainer> => {
  const container = await createContainer(host, pod, name, command, options)
  await startContainer(host, container)
  return container
}

/** Has the container's shell run a line, whether or not anyone watches it. */
export const tell = async ({ orders, name }: LabContainer, line: string): Promise<void> => {
  const fifo = await until(`${name} listens for orders`, () =>
    // Refused while nobody reads, instead of waiting in a thread for a reader.
    open(orders, constants.O_WRONLY | constants.O_NONBLOCK),
  )
  await fifo.write(`${line}\n`)
  await fifo.close()
}

/** Has the container end by itself with that code. */
export const exitWith = (container: LabContainer, code: number): Promise<void> =>
  tell(container, `exit ${code}`)

export const stopContainer = async (host: Host, { id }: LabContainer, seconds = 0): Promise<void> => {
  await host.connection.call(Cri.stopContainer, { containerId: id, timeout: BigInt(seconds) })
}

export const removeContainer = async (host: Host, { id }: LabContainer): Promise<void> => {
  await host.connection.call(Cri.removeContainer, { containerId: id })
}

export const stopPod = async (host: Host, { id }: Pod): Promise<void> => {
  await host.connection.call(Cri.stopPodSandbox, { podSandboxId: id })
}

export const removePod = async (host: Host, { id }: Pod): Promise<void> => {
  await host.connection.call(Cri.removePodSandbox, { podSandboxId: id })
}
