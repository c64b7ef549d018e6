import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { isLeft } from 'fp-ts/lib/Either.js'
import { expect, it } from 'vitest'
import { answerOf } from '../../adapters/fast-check/contract/files.js'
import { leftOf, rightOf } from '../../adapters/fast-check/either.js'
import { bundles } from '../../adapters/filesystem/bundles.js'
import { wrapped } from '../../adapters/ttrpc/bytes.js'
import { Any } from '../../adapters/ttrpc/gen/google/protobuf/any.js'
import { openStream } from '../../adapters/ttrpc/index.js'
import { type ByteSource, openStreamAt, streamAt } from '../../adapters/ttrpc/stream.js'
import type { Failure } from '../../ports/failure.js'
import { BUSYBOX_IMAGE } from '../lab/config.js'
import { shimOf, tasks } from '../lab/disturb.js'
import { type Lab, withLab } from '../lab/lab.js'
import { type Pod, runPod } from '../lab/pods.js'
import { isAlive } from '../lab/processes.js'
import { describeOn } from './node.js'

/** containerd's own service keeps its streams by namespace, which a sandbox's does not. */
const K8S = new Map([['containerd-namespace', 'k8s.io']])

const addressOf = ({ address }: Lab, id: string) => ({ protocol: 'grpc', socket: address, id }) as const

const soon = (): AbortSignal => AbortSignal.timeout(10_000)

const open = (lab: Lab, id: string) => openStreamAt(addressOf(lab, id), K8S, soon())()

/** A message whose first field is a text. */
const naming = (text: string): Uint8Array => new BinaryWriter().uint32(10).string(text).finish()

/** Has containerd write an image, as a tar, into one stream, and tell of it in another; resolves when it has. */
const exportImage = (lab: Lab, to: string, progress: string): Promise<unknown> => {
  const source = wrapped('containerd.types.transfer.ImageStore', naming(BUSYBOX_IMAGE))
  const destination = wrapped('containerd.types.transfer.ImageExportStream', naming(to))
  const request = new BinaryWriter()
  request.uint32(10).bytes(source).uint32(18).bytes(destination).uint32(26).bytes(naming(progress))
  const method = {
    path: '/containerd.services.transfer.v1.Transfer/Transfer',
    requestSerialize: () => Buffer.from(request.finish()),
    responseDeserialize: (bytes: Buffer) => bytes,
  }
  return lab.connection.call(method, {}, 20_000)
}

const socketOf = async (lab: Lab, { id }: Pod): Promise<string> => {
  const all = answerOf(await bundles({ state: lab.state, namespace: 'k8s.io' })()())
  const address = all.find((bundle) => bundle.id === id)?.address
  return typeof address === 'object' ? address.socket : expect.fail(`${id}: ${address}`)
}

const drain = async ({ chunks }: ByteSource): Promise<{ bytes: Buffer; end: Failure | null }> => {
  const taken: Uint8Array[] = []
  for await (const chunk of chunks) {
    if (isLeft(chunk)) return { bytes: Buffer.concat(taken), end: chunk.left }
    taken.push(chunk.right)
  }
  return { bytes: Buffer.concat(taken), end: null }
}

describeOn(['1.7', '2.1'], "the streams of containerd's own service", (line) => {
  it('carry bytes whole until containerd is killed, and messages until it closes', async () => {
    await withLab({ version: line, cri: false, deadlineMs: 60_000 }, async (lab) => {
      const image = drain(answerOf(await open(lab, 'image')))
      const progress = rightOf(await streamAt(addressOf(lab, 'progress'), K8S, soon()))
      await exportImage(lab, 'image', 'progress')

      const told: string[] = []
      for (;;) {
        const next = rightOf(await progress.next())
        if (next === null) break
        told.push(Any.decode(next).typeUrl)
      }
      expect(told.length).toBeGreaterThan(0)
      expect(new Set(told)).toEqual(new Set(['containerd.types.transfer.Progress']))

      const file = join(lab.dir, 'image.tar')
      await lab.ctr('images', 'export', file, BUSYBOX_IMAGE)
      // containerd has written all of it, and leaves the stream open.
      await lab.containerd.kill('SIGKILL')
      const { bytes, end } = await image
      expect(end).toMatchObject({ tag: 'Unavailable', unreached: 'broken' })
      expect(bytes.length).toBeGreaterThan(1_000_000)
      expect(bytes.equals(await readFile(file))).toBe(true)
    })
  })

  it('are closed by their reader, and are not made twice', async () => {
    await withLab({ version: line, cri: false, deadlineMs: 60_000 }, async (lab) => {
      const source = answerOf(await open(lab, 'twice'))
      expect(leftOf(await open(lab, 'twice')).said).toContain('already exists')
      source.close()
      expect(await drain(source)).toEqual({ bytes: Buffer.alloc(0), end: null })
      answerOf(await open(lab, 'another')).close()
    })
  })
})

describeOn(['1.6', '1.7', '2.1'], 'a ttrpc server without streams', (line) => {
  it('refuses one, and lives on', async () => {
    await withLab({ version: line, deadlineMs: 60_000 }, async (lab) => {
      const pod = await runPod(lab, 'pod')
      const shim = shimOf(lab, pod)
      const sockets = [`${lab.address}.ttrpc`, await socketOf(lab, pod)]
      for (const socket of sockets) {
        const refused = leftOf(await openStream(`ttrpc+unix://${socket}?streaming_id=a`, soon())())
        expect(refused).toMatchObject({ tag: 'Denied', of: `stream service at ${socket}` })
      }
      // Some of them end where a stream that they do not have is used.
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(isAlive(shim)).toBe(true)
      expect((await tasks(lab)).map(({ id }) => id)).toEqual([pod.id])
    })
  })
})
