import type { Socket } from 'node:net'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import { payloadOf } from './call.js'
import type { Duplex, Opening } from './duplex.js'
import {
  DATA,
  encodeFrame,
  type Frame,
  frameDecoder,
  NO_DATA,
  REMOTE_CLOSED,
  REMOTE_OPEN,
  REQUEST,
  RESPONSE,
} from './frames.js'
import { Request } from './gen/ttrpc/request.js'
import { inbox } from './inbox.js'
import { connected } from './socket.js'
import { garbage, type Trouble } from './trouble.js'

/** A connection serves one call, so it has one stream, the first that a client may begin. */
const STREAM = 1

/**
 * The request carries the first message, which servers take from there as from a frame of its own. In such a frame it
 * would end the whole process of a server that does not have the method: those of containerd before ttrpc 1.2.8 do
 * not live through data on a stream that they do not know, be it not begun or over.
 */
const requestFrame = ({ service, method, first, metadata }: Opening): Buffer => {
  const request = Request.encode({
    service,
    method,
    payload: first,
    timeoutNano: 0n,
    metadata: [...metadata].map(([key, value]) => ({ key, value })),
  }).finish()
  return encodeFrame({ stream: STREAM, type: REQUEST, flags: REMOTE_OPEN, data: Buffer.from(request) })
}

const dataFrame = (data: Buffer): Buffer => encodeFrame({ stream: STREAM, type: DATA, flags: 0, data })

/** Hands on what a frame carries, and gives the end of the stream where this is it. */
const deliver = (
  { stream, type, flags, data }: Frame,
  put: (message: Buffer) => void,
): Either<Trouble, null> | null => {
  if (stream !== STREAM) return left(garbage(`a message on stream ${stream}, where ${STREAM} was begun`))
  switch (type) {
    case DATA:
      if ((flags & NO_DATA) === 0) put(data)
      return (flags & REMOTE_CLOSED) === 0 ? null : right(null)
    case RESPONSE: {
      // A last message, or why there is none.
      const last = payloadOf(data)
      if (isLeft(last)) return last
      if (last.right.length > 0) put(last.right)
      return right(null)
    }
    case REQUEST:
      return left(garbage('a request, from the side that is to answer'))
  }
}

/** Begins a call over ttrpc, on a connection of its own. Whether anyone is there shows with what is next. */
export const ttrpcDuplex = (opening: Opening, room: number): Duplex => {
  const life = new AbortController()
  let link: Socket | null = null
  const box = inbox(room, { hold: () => link?.pause(), resume: () => link?.resume() })
  const ended = connected<null>(opening.socket, life.signal, (connection, settle) => {
    link = connection
    const decoder = frameDecoder()
    connection.on('data', (bytes: Buffer) => {
      const { frames, error } = decoder.push(bytes)
      for (const frame of frames) {
        const how = deliver(frame, box.put)
        if (how !== null) return settle(how)
      }
      if (error !== null) settle(left(garbage(error)))
    })
    connection.write(requestFrame(opening))
  })
  ended.then(box.end)
  return {
    send: (message) => link?.write(dataFrame(message)),
    next: box.next,
    close: () => {
      box.clear()
      life.abort()
    },
  }
}
