import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import type { Method } from './connection.js'
import type { Host, LabContainer } from './pods.js'
import { readRecord } from './records.js'

// The project asks for no mounts and makes no tasks, so its client cannot. A mount's bytes are handed on as they came.
type Mount = Uint8Array

const LENGTH_DELIMITED = 2
const field = (number: number): number => number * 8 + LENGTH_DELIMITED

const mountsOf: Method<{ readonly snapshotter: string; readonly key: string }, readonly Mount[]> = {
  path: '/containerd.services.snapshots.v1.Snapshots/Mounts',
  requestSerialize: ({ snapshotter, key }) =>
    Buffer.from(
      new BinaryWriter().uint32(field(1)).string(snapshotter).uint32(field(2)).string(key).finish(),
    ),
  responseDeserialize: (bytes) => {
    const reader = new BinaryReader(bytes)
    const mounts: Mount[] = []
    while (reader.pos < reader.len) {
      if (reader.uint32() !== field(1)) throw new Error('mounts of an unknown form')
      mounts.push(reader.bytes())
    }
    return mounts
  },
}

const create: Method<{ readonly id: string; readonly mounts: readonly Mount[] }, Uint8Array> = {
  path: '/containerd.services.tasks.v1.Tasks/Create',
  requestSerialize: ({ id, mounts }) => {
    const writer = new BinaryWriter().uint32(field(1)).string(id)
    for (const mount of mounts) writer.uint32(field(3)).bytes(mount)
    return Buffer.from(writer.finish())
  },
  responseDeserialize: (bytes) => bytes,
}

/** Makes a created container's task and does not start it: where a crash in the middle of a start would leave it. */
export const createTask = async (host: Host, { id }: LabContainer): Promise<void> => {
  const { snapshotter, snapshotKey: key } = await readRecord(host, id)
  const mounts = await host.connection.call(mountsOf, { snapshotter, key })
  await host.connection.call(create, { id, mounts })
}

const start: Method<{ readonly id: string }, Uint8Array> = {
  path: '/containerd.services.tasks.v1.Tasks/Start',
  requestSerialize: ({ id }) => Buffer.from(new BinaryWriter().uint32(field(1)).string(id).finish()),
  responseDeserialize: (bytes) => bytes,
}

/** Makes a created container's task and starts it, behind the CRI's back. */
export const runTask = async (host: Host, container: LabContainer): Promise<void> => {
  await createTask(host, container)
  await host.connection.call(start, container)
}
