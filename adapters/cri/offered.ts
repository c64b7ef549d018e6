import type { MethodDefinition, Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js'
import { type Handler, unary, type Watcher } from './calls.js'
import { containerStatus, listContainers, reopenContainerLog } from './containers.js'
import type { Context } from './context.js'
import { eventStreams } from './events.js'
import {
  type ImageServiceServer,
  ImageServiceService,
  type RuntimeServiceServer,
  RuntimeServiceService,
} from './gen/runtime/v1/services.js'
import { imageFsInfo, imageStatus, listImages } from './images.js'
import { runtimeConfig, runtimeStatus, version } from './runtime.js'
import { samples } from './samples.js'
import { listPodSandbox, podSandboxStatus } from './sandboxes.js'
import { containerStats, listContainerStats, listPodSandboxStats, podSandboxStats } from './stats.js'
import { refusing, undescribedOf } from './unimplemented.js'

export const RUNTIME = 'runtime.v1.RuntimeService'
export const IMAGES = 'runtime.v1.ImageService'

/** A method's name for those who count: without the slash that begins its path. */
const nameOf = ({ path }: { readonly path: string }): string => path.slice(1)

/** Adds a service whole: what is not offered of it refuses. */
const add = (
  server: Server,
  watcher: Watcher,
  service: string,
  described: ServiceDefinition,
  offered: UntypedServiceImplementation,
): void => {
  const definition: ServiceDefinition = { ...described, ...undescribedOf(service) }
  const implementation: UntypedServiceImplementation = {}
  for (const [key, method] of Object.entries(definition))
    implementation[key] = offered[key] ?? refusing(watcher, nameOf(method))
  server.addService(definition, implementation)
}

/** Adds the CRI's two services. What it returns sends the events that wait, and ends their streams. */
export const addCri = (server: Server, context: Context, watcher: Watcher): (() => void) => {
  const at = <Q, A>(method: MethodDefinition<Q, A>, handler: Handler<Q, A>) =>
    unary(watcher, nameOf(method), handler)
  const kept = samples(context.service.node)
  const R = RuntimeServiceService
  const I = ImageServiceService
  const events = eventStreams(context, watcher, nameOf(R.getContainerEvents))
  const runtime = {
    version: at(R.version, version(context)),
    status: at(R.status, runtimeStatus(context)),
    runtimeConfig: at(R.runtimeConfig, runtimeConfig(context)),
    podSandboxStatus: at(R.podSandboxStatus, podSandboxStatus(context)),
    listPodSandbox: at(R.listPodSandbox, listPodSandbox(context)),
    listContainers: at(R.listContainers, listContainers(context)),
    containerStatus: at(R.containerStatus, containerStatus(context)),
    reopenContainerLog: at(R.reopenContainerLog, reopenContainerLog(context)),
    containerStats: at(R.containerStats, containerStats(context, kept)),
    listContainerStats: at(R.listContainerStats, listContainerStats(context, kept)),
    podSandboxStats: at(R.podSandboxStats, podSandboxStats(context, kept)),
    listPodSandboxStats: at(R.listPodSandboxStats, listPodSandboxStats(context, kept)),
    getContainerEvents: events.handler,
  } satisfies Partial<RuntimeServiceServer>
  const images = {
    listImages: at(I.listImages, listImages(context)),
    imageStatus: at(I.imageStatus, imageStatus(context)),
    imageFsInfo: at(I.imageFsInfo, imageFsInfo(context)),
  } satisfies ImageServiceServer
  add(server, watcher, RUNTIME, R, runtime)
  add(server, watcher, IMAGES, I, images)
  return events.close
}
