import { status } from '@grpc/grpc-js'
import { type Either, isLeft, isRight, left, right, tryCatch } from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Events, NodeEvent, Subscription } from '../../ports/events.js'
import type { Failure } from '../../ports/failure.js'
import type { Signal } from '../../ports/signal.js'
import { type CallFailure, fold, unary } from './call.js'
import type { Channel } from './channel.js'
import { reading, translate } from './failures.js'
import { TaskOOM } from './gen/containerd/events/task.js'
import { EventsService } from './gen/containerd/services/events/v1/events.js'
import { ImageCreate, ImageDelete, ImageUpdate } from './gen/containerd/services/images/v1/events.js'
import { VersionService } from './gen/containerd/services/version/v1/version.js'
import type { Envelope } from './gen/containerd/types/event.js'

const TOPICS = ['/tasks/oom', '/images/create', '/images/update', '/images/delete']

/** containerd's filters quote as Go does, which reads all that JSON writes. */
const filters = (namespace: string): string[] =>
  TOPICS.map((topic) => `topic==${JSON.stringify(topic)},namespace==${JSON.stringify(namespace)}`)

const image =
  (message: { readonly decode: (bytes: Uint8Array) => { readonly name: string } }) =>
  (bytes: Uint8Array): NodeEvent => ({ kind: 'image', name: message.decode(bytes).name })

/** By what containerd calls their types, in all its versions. */
const READERS: ReadonlyMap<string, (bytes: Uint8Array) => NodeEvent> = new Map([
  [
    'containerd.events.TaskOOM',
    (bytes: Uint8Array): NodeEvent => ({ kind: 'oom', id: TaskOOM.decode(bytes).containerId }),
  ],
  ['containerd.services.images.v1.ImageCreate', image(ImageCreate)],
  ['containerd.services.images.v1.ImageUpdate', image(ImageUpdate)],
  ['containerd.services.images.v1.ImageDelete', image(ImageDelete)],
])

/** Null where it is none of ours, or cannot be read: one bad event is no reason to miss the others. */
const nodeEvent = (namespace: string, envelope: Envelope): NodeEvent | null => {
  const { event } = envelope
  if (event === undefined || envelope.namespace !== namespace) return null
  // A shim may put a host before the name.
  const read = READERS.get(event.typeUrl.slice(event.typeUrl.lastIndexOf('/') + 1))
  if (read === undefined) return null
  const found = tryCatch(
    () => read(event.value),
    () => null,
  )
  return isRight(found) ? found.right : null
}

/** A subscription never ends by itself: this containerd is about to go away. */
const ENDED: CallFailure = {
  code: status.UNAVAILABLE,
  details: 'the subscription was ended',
  by: 'peer',
  begun: true,
}

const ASKED = reading('listen to events')

/** Hears events until the stream ends, which is always a failure, or the signal aborts. */
const listen = async (
  channel: Channel,
  hear: (event: NodeEvent) => void,
  signal: Signal,
): Promise<Either<Failure, never>> => {
  const step = (_: null, envelope: Envelope): Either<CallFailure, null> => {
    const event = nodeEvent(channel.namespace, envelope)
    if (event !== null) hear(event)
    return right(null)
  }
  const request = { filters: filters(channel.namespace) }
  const ended = await fold(channel, EventsService.subscribe, request, () => null, step, signal)()
  return left(translate(channel, ASKED)(isLeft(ended) ? ended.left : ENDED))
}

/** containerd's events over gRPC. */
export const events = (channel: Channel): Events => ({
  subscribe: (hear, signal) => async (): Promise<Either<Failure, Subscription>> => {
    const listening = new AbortController()
    const over = listen(channel, hear, listening.signal)
    // That a subscription was taken up is not told before its first event, so something is asked behind it.
    const answered = pipe(
      unary(channel, VersionService.version, {}, signal),
      TE.mapLeft(translate(channel, ASKED)),
    )()
    const begun = await Promise.race([answered, over])
    if (isLeft(begun)) {
      listening.abort()
      return begun
    }
    const close = (): void => listening.abort()
    const ended = new Promise<Failure>((resolve) => {
      over.then((why) => {
        if (isLeft(why) && !listening.signal.aborted) resolve(why.left)
      })
    })
    return right({ ended, close })
  },
})
