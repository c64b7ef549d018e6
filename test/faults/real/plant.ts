import type { Container } from '../../../adapters/containerd/gen/containerd/services/containers/v1/containers.js'
import {
  GetImageResponse,
  type Image,
} from '../../../adapters/containerd/gen/containerd/services/images/v1/images.js'
import { Empty } from '../../../adapters/containerd/gen/google/protobuf/empty.js'
import type { Method } from '../../lab/connection.js'
import type { Host, LabContainer } from '../../lab/pods.js'
import { CONTAINER_METADATA, createRecord, readRecord } from '../../lab/records.js'

/** Records by the thousand, made by containerd's own API: without tasks, in the image of one that a CRI made. */

const renamed = (template: Container, id: string, padding: number): Container => {
  const metadata = template.extensions.get(CONTAINER_METADATA)
  if (metadata === undefined) throw new Error('it has no metadata')
  const text = metadata.value
    .toString('utf8')
    .replaceAll(template.id, id)
    .replace(/"Name":"[^"]*"/, `"Name":"${id}_pod_lab_uid-pod_0"`)
  const extensions = new Map(template.extensions).set(CONTAINER_METADATA, {
    ...metadata,
    value: Buffer.from(text),
  })
  if (padding > 0) extensions.set('padding', { typeUrl: 'padding', value: Buffer.alloc(padding) })
  return { ...template, id, snapshotKey: '', extensions }
}

/** @param padding - bytes of an extension that is of no use to anybody */
export const plantRecords = async (
  host: Host,
  like: LabContainer,
  ids: readonly string[],
  padding = 0,
): Promise<void> => {
  const template = await readRecord(host, like.id)
  for (const id of ids) await createRecord(host, renamed(template, id, padding))
}

// The project makes no images, so its client cannot; the request is the reply of a get, under another name.
const createImage: Method<{ readonly image: Image | undefined }, Empty> = {
  path: '/containerd.services.images.v1.Images/Create',
  requestSerialize: (request) => Buffer.from(GetImageResponse.encode(request).finish()),
  responseDeserialize: (bytes) => Empty.decode(bytes),
}

/** containerd takes no longer one, key and value together. */
const LABEL = 4096

/** An image that is nowhere, with so many bytes of labels. */
export const plantImage = async (host: Host, name: string, bytes: number): Promise<void> => {
  const labels = Array.from({ length: Math.ceil(bytes / LABEL) }, (_, n) => {
    const key = `padding-${n}`
    return [key, 'x'.repeat(LABEL - key.length)] as const
  })
  const digest = `sha256:${'0'.repeat(64)}`
  const target = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest,
    size: 2n,
    annotations: new Map(),
  }
  await host.connection.call(createImage, {
    image: { name, labels: new Map(labels), target, createdAt: undefined, updatedAt: undefined },
  })
}
