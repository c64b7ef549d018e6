import { type handleServerStreamingCall, Metadata, status } from '@grpc/grpc-js'
import type { ImageIndex } from '../../core/cri-images.js'
import type { ServedContainer, ServedEvent, ServedSandbox } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'
import { timed, type Watcher } from './calls.js'
import { containerStatusOf } from './containers.js'
import type { Context } from './context.js'
import {
  type ContainerEventResponse,
  ContainerEventType,
  type GetEventsRequest,
} from './gen/runtime/v1/events.js'
import { sandboxStatusOf } from './sandboxes.js'

/** How many events wait for a reader who is slow, besides those of the downtime. */
export const QUEUE = 1000

const TYPES: Readonly<Record<ServedEvent['kind'], ContainerEventType>> = {
  created: ContainerEventType.CONTAINER_CREATED_EVENT,
  started: ContainerEventType.CONTAINER_STARTED_EVENT,
  stopped: ContainerEventType.CONTAINER_STOPPED_EVENT,
  deleted: ContainerEventType.CONTAINER_DELETED_EVENT,
}

/** An event and its pod as it was at that moment: values, so that they may wait. */
interface Heard {
  readonly event: ServedEvent
  readonly sandbox: ServedSandbox | undefined
  readonly containers: readonly ServedContainer[]
  readonly images: ImageIndex
}

const capture = ({ service, images }: Context, event: ServedEvent): Heard => {
  const node = service.node()
  return {
    event,
    sandbox: node.sandboxes.get(event.sandboxId),
    containers: [...node.containers.values()].filter(
      ({ metadata }) => metadata?.sandboxId === event.sandboxId,
    ),
    images: images(node.images),
  }
}

/** As containerd composes it: without the pod's status where the pod is not known. */
const compose = async (
  { specs }: Context,
  { event, sandbox, containers, images }: Heard,
  signal: Signal,
): Promise<ContainerEventResponse> => ({
  containerId: event.id,
  containerEventType: TYPES[event.kind],
  createdAt: event.at,
  podSandboxStatus: sandbox === undefined ? undefined : sandboxStatusOf(sandbox),
  containersStatuses: await Promise.all(
    containers.map(async (container) =>
      containerStatusOf(container, images, await specs.of(container.id, signal)),
    ),
  ),
})

export interface EventStreams {
  readonly handler: handleServerStreamingCall<GetEventsRequest, ContainerEventResponse>
  /** Sends what waits, then ends every stream. */
  readonly close: () => void
}

/** The streams of events, each with a queue of its own: a reader who does not read stops nobody else. */
export const eventStreams = (context: Context, watcher: Watcher, method: string): EventStreams => {
  const open = new Set<() => void>()
  let closed = false

  const handler: EventStreams['handler'] = (call) => {
    const done = timed(watcher, method)
    const gone = new AbortController()
    const waiting: Heard[] = []
    let room = Number.POSITIVE_INFINITY
    let sending = false
    let closing = closed
    let stop = (): void => {}

    const finish = (code: status, details: string): void => {
      if (gone.signal.aborted) return
      gone.abort()
      stop()
      open.delete(close)
      done(code)
      if (code === status.OK) call.end()
      else call.emit('error', { code, details })
    }
    const writable = (): Promise<void> =>
      new Promise((resolve) => {
        const go = (): void => {
          call.off('drain', go)
          gone.signal.removeEventListener('abort', go)
          resolve()
        }
        call.once('drain', go)
        gone.signal.addEventListener('abort', go)
      })
    const send = async (): Promise<void> => {
      if (sending) return
      sending = true
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const response = await compose(context, next, gone.signal)
        if (gone.signal.aborted) return
        if (!call.write(response)) await writable()
      }
      sending = false
      if (closing) finish(status.OK, '')
    }
    const begin = (): void => {
      send().catch((bug: unknown) => {
        watcher.log('error', `${method}: ${bug instanceof Error ? (bug.stack ?? bug.message) : String(bug)}`)
        finish(status.INTERNAL, 'a bug in cri-recover: see its log')
      })
    }
    const hear = (event: ServedEvent): void => {
      if (gone.signal.aborted) return
      if (waiting.length >= room) {
        finish(status.RESOURCE_EXHAUSTED, `${waiting.length} events wait to be read: read on, or ask again`)
        return
      }
      waiting.push(capture(context, event))
      begin()
    }
    const close = (): void => {
      closing = true
      begin()
    }

    call.on('cancelled', () => {
      gone.abort()
      stop()
      open.delete(close)
      done(status.CANCELLED)
    })
    // Tells the client that it is heard from now on, though nothing may happen for long.
    call.sendMetadata(new Metadata())
    open.add(close)
    stop = context.service.subscribe(hear)
    room = waiting.length + QUEUE
    if (closing) close()
  }

  return {
    handler,
    close: () => {
      closed = true
      for (const close of [...open]) close()
    },
  }
}
