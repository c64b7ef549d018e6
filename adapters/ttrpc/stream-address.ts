import { type Either, left, right, tryCatch } from 'fp-ts/lib/Either.js'
import { obstacle } from './socket.js'

/** Where a stream is: `<protocol>+unix://<socket>?streaming_id=<id>`. */
export interface StreamAddress {
  readonly protocol: 'ttrpc' | 'grpc'
  readonly socket: string
  readonly id: string
}

const FORM = /^([^+:/?#]*)\+([^+:/?#]*):\/\/([^?#]*)(?:\?([^#]*))?/

/** Bytes. Such an id is a container's, with the stream's name; what is longer is not to fill a message. */
const LONGEST_ID = 1024

const short = (name = ''): string => name.slice(0, 20)

const unescaped = (path: string): Either<string, string> =>
  tryCatch(
    () => decodeURIComponent(path),
    () => 'its path is not escaped as in a URL',
  )

/** Reads the URL of a container's stream, as a shim tells it, or tells what is wrong with it. */
export const streamAddress = (url: string): Either<string, StreamAddress> => {
  if (url === '' || url.startsWith('?')) return left('its sandbox has no address for streams')
  const [whole, protocol, transport, path = '', query = ''] = FORM.exec(url) ?? []
  if (whole === undefined) return left('it does not read <ttrpc|grpc>+unix://<path>?streaming_id=<id>')
  if (protocol !== 'ttrpc' && protocol !== 'grpc')
    return left(`streams over ${short(protocol)} are not known`)
  if (transport !== 'unix') return left(`streams over ${short(transport)} are not supported`)
  const socket = unescaped(path)
  if (socket._tag === 'Left') return socket
  const said = obstacle(socket.right)
  if (said !== null) return left(said)
  const id = new URLSearchParams(query).get('streaming_id') ?? ''
  if (id === '') return left('it names no stream')
  if (Buffer.byteLength(id) > LONGEST_ID) return left(`its stream's name is longer than ${LONGEST_ID} bytes`)
  return right({ protocol, socket: socket.right, id })
}
