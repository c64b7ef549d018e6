import { type Server, type ServerWritableStream, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { TaskOOM } from '../../../adapters/containerd/gen/containerd/events/task.js'
import {
  EventsService,
  type SubscribeRequest,
} from '../../../adapters/containerd/gen/containerd/services/events/v1/events.js'
import { ImageDelete } from '../../../adapters/containerd/gen/containerd/services/images/v1/events.js'
import { VersionService } from '../../../adapters/containerd/gen/containerd/services/version/v1/version.js'
import type { Envelope } from '../../../adapters/containerd/gen/containerd/types/event.js'
import { calm } from '../../../adapters/fast-check/contract/files.js'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { until, untilTrue } from '../../../adapters/fast-check/wait.js'
import type { NodeEvent } from '../../../ports/events.js'
import { containerd, refusal } from './server.js'

type Call = ServerWritableStream<SubscribeRequest, Envelope>

const version = (server: Server): void =>
  server.addService(VersionService, {
    version: (_: unknown, reply: (error: null, answer: object) => void) =>
      reply(null, { version: '2.1.9', revision: '' }),
  })
const mute = (server: Server): void => server.addService(VersionService, { version: () => undefined })

const telling =
  (subscribe: (call: Call) => void, answer: (server: Server) => void = version) =>
  (server: Server): void => {
    server.addService(EventsService, { subscribe })
    answer(server)
  }

const envelope = (typeUrl: string, value: Uint8Array, namespace = 'k8s.io'): Envelope => ({
  namespace,
  topic: '/any',
  event: { typeUrl, value: Buffer.from(value) },
})
const oom = (containerId: string, namespace?: string): Envelope =>
  envelope('containerd.events.TaskOOM', TaskOOM.encode({ containerId }).finish(), namespace)

/** A subscription, and the other side of it. */
const listen = async () => {
  const calls: Call[] = []
  const heard: NodeEvent[] = []
  const client = await containerd(telling((call) => calls.push(call)))
  const subscription = rightOf(await client.events.subscribe((event) => heard.push(event), calm)())
  const call = await until('it is taken up', () => calls[0])
  return { call, heard, client, ...subscription }
}

describe('a subscription', () => {
  it('names the topics and the namespace, whatever that is called', async () => {
    const asked: (readonly string[])[] = []
    const client = await containerd(
      telling((call) => asked.push(call.request.filters)),
      'a",topic\\',
    )
    rightOf(await client.events.subscribe(() => undefined, calm)())
    expect(asked).toEqual([
      ['tasks/oom', 'images/create', 'images/update', 'images/delete'].map(
        (topic) => `topic=="/${topic}",namespace=="a\\",topic\\\\"`,
      ),
    ])
  })

  it('is sent before what confirms it', async () => {
    const asked: string[] = []
    const client = await containerd(
      telling(
        () => asked.push('subscribe'),
        (server) =>
          server.addService(VersionService, {
            version: (_: unknown, reply: (error: null, answer: object) => void) => {
              asked.push('version')
              reply(null, { version: '', revision: '' })
            },
          }),
      ),
    )
    rightOf(await client.events.subscribe(() => undefined, calm)())
    expect(asked).toEqual(['subscribe', 'version'])
  })

  it('goes on after what is not for us, or cannot be read', async () => {
    const { call, heard } = await listen()
    call.write({ namespace: 'k8s.io', topic: '/tasks/oom' })
    call.write(oom('foreign', 'other'))
    call.write(envelope('containerd.events.TaskExit', new Uint8Array()))
    call.write(envelope('', new Uint8Array()))
    call.write(envelope('containerd.events.TaskOOM', Uint8Array.of(0x0a, 0x7f)))
    call.write({ ...oom('web-1'), topic: '' })
    const bytes = ImageDelete.encode({ name: 'app:1' }).finish()
    call.write(envelope('types.example/containerd.services.images.v1.ImageDelete', bytes))
    await untilTrue('both are heard', () => heard.length > 1)
    expect(heard).toEqual([
      { kind: 'oom', id: 'web-1' },
      { kind: 'image', name: 'app:1' },
    ])
  })

  it('that is ended in all order is a containerd going away, after its last event', async () => {
    const { call, heard, ended } = await listen()
    for (let n = 0; n < 100; n += 1) call.write(oom(`${n}`))
    call.end()
    const { tag, mayHaveHappened } = await ended
    expect({ tag, mayHaveHappened, heard: heard.length }).toEqual({
      tag: 'Unavailable',
      mayHaveHappened: false,
      heard: 100,
    })
  })

  it('ends with the reason that it was given', async () => {
    const { call, ended } = await listen()
    call.emit('error', refusal(status.ABORTED))
    expect(await ended).toMatchObject({ tag: 'Denied', said: 'in its own words' })
  })

  it('ends when the whole connection is closed here', async () => {
    const { ended, client } = await listen()
    client.close()
    expect(await ended).toMatchObject({ tag: 'Unavailable' })
  })

  it('that is closed hears nothing more, says nothing, and is given up over there', async () => {
    const { call, heard, ended, close, client } = await listen()
    close()
    await untilTrue('it is given up', () => call.cancelled)
    call.write(oom('late'))
    await client.introspection.version(calm)()
    client.close()
    await client.introspection.version(calm)()
    expect(await Promise.race([ended, 'silent'])).toBe('silent')
    expect(heard).toEqual([])
  })

  it('that is closed while events come hears none of those that are there already', async () => {
    const calls: Call[] = []
    const heard: NodeEvent[] = []
    const client = await containerd(telling((call) => calls.push(call)))
    const { close } = rightOf(
      await client.events.subscribe((event) => {
        heard.push(event)
        close()
      }, calm)(),
    )
    for (let n = 0; n < 100; n += 1) calls[0]?.write(oom(`${n}`))
    await untilTrue('it is given up', () => calls[0]?.cancelled ?? false)
    expect(heard).toEqual([{ kind: 'oom', id: '0' }])
  })

  it('that is refused, or behind which nothing answers, has not begun', async () => {
    const refused = await containerd(
      telling((call) => call.emit('error', refusal(status.PERMISSION_DENIED)), mute),
    )
    expect(leftOf(await refused.events.subscribe(() => undefined, calm)()).tag).toBe('Denied')

    const calls: Call[] = []
    const silent = await containerd(telling((call) => calls.push(call), mute))
    const begun = silent.events.subscribe(() => undefined, AbortSignal.timeout(100))()
    expect(leftOf(await begun).tag).toBe('TimedOut')
    await untilTrue('it is given up', () => calls[0]?.cancelled ?? false)
  })
})
