import { createConnection, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { type ServerDuplexStream, StatusBuilder } from '@grpc/grpc-js'
import {
  DATA,
  encodeFrame,
  type Frame,
  frameDecoder,
  NO_DATA,
  REMOTE_CLOSED,
} from '../../../adapters/ttrpc/frames.js'
import { StreamInit } from '../../../adapters/ttrpc/gen/containerd/services/streaming/v1/streaming.js'
import { Data, WindowUpdate } from '../../../adapters/ttrpc/gen/containerd/types/transfer/streaming.js'
import { Any } from '../../../adapters/ttrpc/gen/google/protobuf/any.js'
import { Request } from '../../../adapters/ttrpc/gen/ttrpc/request.js'
import { bound, method, newServer } from './grpc-server.js'
import { refusal, serve } from './server.js'

/** A streaming service that does what a test wants of it, over either protocol. */

/** The serving end of one stream. */
export interface Peer {
  readonly id: string
  /** How many metadata the call came with. */
  readonly metadata: number
  readonly send: (message: Uint8Array) => void
  readonly end: () => void
  readonly refuse: (code: number, said: string) => void
  /** Breaks the connection, with what was sent still under way. */
  readonly die: () => void
  /** Has each window update told, from the first on. */
  readonly onUpdate: (hear: (bytes: number) => void) => void
  /** What was sent and is still held here. */
  readonly unsent: () => number
  readonly gone: () => boolean
}

export type Behave = (peer: Peer) => void
export type StreamServer = (behave: Behave) => Promise<string>

export const any = (typeUrl: string, value: Uint8Array): Buffer =>
  Buffer.from(Any.encode({ typeUrl, value: Buffer.from(value) }).finish())

export const READY = any('google.protobuf.Empty', new Uint8Array())

export const data = (bytes: string | Uint8Array): Buffer =>
  any('containerd.types.transfer.Data', Data.encode({ data: Buffer.from(bytes) }).finish())

interface Heard {
  /** Begins with the first message, and takes the others. */
  readonly take: (message: Buffer) => void
}

const hearing = (make: (id: string) => Omit<Peer, 'id' | 'onUpdate'>, behave: Behave): Heard => {
  const updates: number[] = []
  let hear = (bytes: number): void => {
    updates.push(bytes)
  }
  let begun = false
  return {
    take: (message) => {
      const { typeUrl, value } = Any.decode(message)
      if (begun) {
        if (typeUrl !== 'containerd.types.transfer.WindowUpdate') throw new Error(`heard a ${typeUrl}`)
        hear(WindowUpdate.decode(value).update)
        return
      }
      begun = true
      if (typeUrl !== 'containerd.services.streaming.v1.StreamInit') throw new Error(`begun with ${typeUrl}`)
      const { id } = StreamInit.decode(value)
      behave({
        ...make(id),
        id,
        onUpdate: (next) => {
          hear = next
          for (const each of updates.splice(0)) next(each)
        },
      })
    },
  }
}

const SERVICE = 'containerd.services.streaming.v1.Streaming'
const END = Buffer.alloc(0)

export const frame = (own: Partial<Frame>): Buffer =>
  encodeFrame({ stream: 1, type: DATA, flags: 0, data: END, ...own })

const ttrpcPeer = (caller: Socket, request: Request): Omit<Peer, 'id' | 'onUpdate'> => ({
  metadata: request.metadata.length,
  send: (message) => caller.write(frame({ data: Buffer.from(message) })),
  end: () => caller.write(frame({ flags: REMOTE_CLOSED | NO_DATA })),
  refuse: (code, said) => caller.write(refusal(code, said)),
  die: () => caller.destroySoon(),
  unsent: () => caller.writableLength,
  gone: () => caller.destroyed || caller.readableEnded,
})

/** The frames of one caller, who begins one stream. */
export const overTtrpc =
  (raw?: (caller: Socket) => void): StreamServer =>
  (behave) =>
    serve((caller) => {
      const decoder = frameDecoder()
      let heard: Heard | null = null
      caller.on('data', (bytes: Buffer) => {
        for (const { stream, type, flags, data: content } of decoder.push(bytes).frames) {
          if (heard === null) {
            const request = Request.decode(content)
            const begun = `${stream} ${type} ${flags} ${request.service}/${request.method} ${request.timeoutNano}`
            if (begun !== `1 1 2 ${SERVICE}/Stream 0`) throw new Error(begun)
            heard = hearing(() => ttrpcPeer(caller, request), raw === undefined ? behave : () => raw(caller))
            heard.take(request.payload)
          } else heard.take(content)
        }
      })
    })

const grpcPeer = (
  call: ServerDuplexStream<Buffer, Buffer>,
  breakOff: () => void,
): Omit<Peer, 'id' | 'onUpdate'> => ({
  metadata: Object.keys(call.metadata.getMap()).filter((key) => key !== 'user-agent').length,
  send: (message) => call.write(Buffer.from(message)),
  end: () => call.end(),
  refuse: (code, said) => call.emit('error', new StatusBuilder().withCode(code).withDetails(said).build()),
  // Once what was written is out.
  die: () => setTimeout(breakOff, 50),
  unsent: () => call.writableLength,
  gone: () => call.cancelled,
})

export const overGrpc: StreamServer = async (behave) => {
  // A server of gRPC's takes leave of its callers: to be cut off without a word, they go through a pipe.
  const callers = new Set<Socket>()
  const breakOff = (): void => {
    for (const caller of callers) caller.destroy()
  }
  const server = newServer()
  server.addService(
    { stream: method(`/${SERVICE}/Stream`, true) },
    {
      stream: (call: ServerDuplexStream<Buffer, Buffer>) => {
        call.on('error', () => undefined)
        call.on('data', hearing(() => grpcPeer(call, breakOff), behave).take)
      },
    },
  )
  const path = await bound(server)
  return serve((caller) => {
    callers.add(caller)
    pipeline(caller, createConnection(path), caller, () => undefined)
  })
}

/** Sends `bytes` as containerd does: in pieces, and never more than the windows allow; then ends. */
export const sendWithin = (
  peer: Peer,
  bytes: Uint8Array,
  hear: (granted: number, sent: number) => void,
): void => {
  const PIECE = 32 * 1024
  let granted = 0
  let sent = 0
  peer.onUpdate((update) => {
    granted += update
    hear(granted, sent)
    while (sent < bytes.length && sent < granted) {
      const next = Math.min(sent + PIECE, granted, bytes.length)
      peer.send(data(bytes.subarray(sent, next)))
      sent = next
    }
    if (sent === bytes.length) {
      sent += 1
      peer.end()
    }
  })
}
