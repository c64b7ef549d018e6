import {
  type Container,
  ContainersService,
  UpdateContainerRequest,
} from '../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import type { Any } from '../../adapters/containerd/gen/google/protobuf/any.js'
import { Empty } from '../../adapters/containerd/gen/google/protobuf/empty.js'
import type { Method } from './connection.js'
import type { Host } from './pods.js'

export const CONTAINER_METADATA = 'io.cri-containerd.container.metadata'
export const SANDBOX_METADATA = 'io.cri-containerd.sandbox.metadata'

export const readRecord = async (host: Host, id: string): Promise<Container> => {
  const { container } = await host.connection.call(ContainersService.get, { id })
  if (container === undefined) throw new Error(`no record of ${id}`)
  return container
}

// The project never makes a record, so its client cannot; the request is an update's without the mask.
const create: Method<UpdateContainerRequest, Empty> = {
  path: '/containerd.services.containers.v1.Containers/Create',
  requestSerialize: (request) => Buffer.from(UpdateContainerRequest.encode(request).finish()),
  responseDeserialize: (bytes) => Empty.decode(bytes),
}

/** Makes a record: no task, no snapshot and no directories. */
export const createRecord = async (host: Host, container: Container): Promise<void> => {
  await host.connection.call(create, { container, updateMask: [] })
}

/** Deletes the record alone: its task, snapshot and directories stay. */
export const deleteRecord = async (host: Host, id: string): Promise<void> => {
  await host.connection.call(ContainersService.delete, { id })
}

/**
 * Drops an extension. An update only ever adds extensions, so the record is made anew, which also gives it a
 * new time of creation.
 */
export const dropExtension = async (host: Host, id: string, key: string): Promise<void> => {
  const record = await readRecord(host, id)
  const extensions = new Map(record.extensions)
  if (!extensions.delete(key)) throw new Error(`${id} has no extension ${key}`)
  await deleteRecord(host, id)
  await createRecord(host, { ...record, extensions })
}

/** Writes an extension: other bytes, another type, or one that was not there. */
export const setExtension = async (host: Host, id: string, key: string, value: Any): Promise<void> => {
  const record = await readRecord(host, id)
  await host.connection.call(ContainersService.update, {
    container: { ...record, extensions: new Map(record.extensions).set(key, value) },
    updateMask: [`extensions.${key}`],
  })
}
