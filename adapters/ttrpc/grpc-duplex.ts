import { type StatusObject, status } from '@grpc/grpc-js'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Duplex, Opening } from './duplex.js'
import { grpcClient, metadataOf, same, troubleOf } from './grpc-client.js'
import { inbox } from './inbox.js'
import { probe } from './socket.js'
import type { Trouble } from './trouble.js'

/** Begins a call over gRPC, on a connection of its own. Whether anyone is there shows with what is next. */
export const grpcDuplex = (opening: Opening, room: number): Duplex => {
  const { socket, service, method, first, metadata } = opening
  const life = new AbortController()
  const client = grpcClient(socket)
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(
    `/${service}/${method}`,
    same,
    same,
    metadataOf(metadata),
  )
  const box = inbox(room, { hold: () => call.pause(), resume: () => call.resume() })
  // gRPC tells why it could not connect by its text alone.
  const there = probe(socket, life.signal)

  const how = async (end: StatusObject): Promise<Either<Trouble, null>> => {
    if (end.code === status.OK) return right(null)
    const reached = await there
    return isLeft(reached) && end.code === status.UNAVAILABLE ? reached : left(troubleOf(end))
  }
  // The status may come while messages still wait to be read: both ends are waited for.
  let read = false
  let told: StatusObject | null = null
  const finish = (): void => {
    if (!read || told === null) return
    client.close()
    how(told).then(box.end)
  }
  call.on('data', box.put)
  call.on('end', () => {
    read = true
    finish()
  })
  call.on('status', (end: StatusObject) => {
    told = end
    finish()
  })
  // It says no more than the status, and nobody listening would end the process.
  call.on('error', () => undefined)
  call.write(first)
  return {
    send: (message) => {
      if (told === null) call.write(message)
    },
    next: box.next,
    close: () => {
      box.clear()
      life.abort()
      call.cancel()
      client.close()
    },
  }
}
