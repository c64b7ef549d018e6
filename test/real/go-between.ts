import {
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createConnection } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'

/**
 * Stands between a caller and containerd: holds requests back, and sees each before containerd does. It sends
 * no pings, unlike containerd: the replies to them would come between a caller's own writes, now here and now there.
 */

/** A request is handed on; and then the connection may break at once, as it does when its sender dies. */
export type Fate = 'on' | 'cut'

export interface Met {
  /** As `package.Service/Method` */
  readonly method: string
  readonly body: Buffer
  readonly fate: Fate
}

export interface GoBetween {
  readonly address: string
  /** Resolves with the first request. None is handed on before `open`. */
  readonly asked: Promise<void>
  readonly open: () => void
  /** In the order of their coming */
  readonly requests: readonly Met[]
  /** Resolves once containerd has answered what was handed on, but for waits: these end when somebody dies. */
  readonly quiet: () => Promise<void>
  readonly close: () => Promise<void>
}

const ignore = (): void => undefined

interface Gate {
  readonly passed: Promise<void>
  readonly open: () => void
}

const gate = (): Gate => {
  let open: () => void = ignore
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open }
}

/** Hands back an answer; where nobody is left to take it, it is read all the same, for only then has it ended. */
const answer = (from: ClientHttp2Stream, to: ServerHttp2Stream): void => {
  let trailers: IncomingHttpHeaders = {}
  from.on('trailers', (sent) => {
    trailers = sent
  })
  to.on('close', () => from.resume())
  from.on('response', (headers, flags) => {
    if (to.destroyed) return void from.resume()
    // A refusal is all headers.
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) return to.respond(headers, { endStream: true })
    to.on('wantTrailers', () => to.sendTrailers(trailers))
    to.respond(headers, { waitForTrailers: true })
    from.pipe(to)
  })
}

/**
 * @param meet - told each request as it comes, and how many of its method came before; says what becomes of it
 */
export const goBetween = async (
  containerd: string,
  address: string,
  meet: (method: string, before: number) => Fate,
): Promise<GoBetween> => {
  const upstream = connect('http://localhost', { createConnection: () => createConnection(containerd) })
  upstream.on('error', ignore)
  const requests: Met[] = []
  const underWay = new Set<Promise<unknown>>()
  const sessions = new Set<ServerHttp2Session>()
  const [asked, opened] = [gate(), gate()]
  const handOn = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer, fate: Fate) => {
    const request = upstream.request(headers)
    if (!headers[':path']?.endsWith('/Wait')) underWay.add(finished(request).catch(ignore))
    request.on('error', ignore)
    answer(request, stream)
    request.end(body, () => {
      if (fate === 'cut') setImmediate(() => upstream.destroy())
    })
  }
  const receive = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> => {
    asked.open()
    const body = await buffer(stream)
    await opened.passed
    const method = headers[':path']?.slice(1) ?? ''
    const fate = meet(method, requests.filter((each) => each.method === method).length)
    requests.push({ method, body, fate })
    handOn(stream, headers, body, fate)
  }
  const server = createServer()
  server.on('session', (session) => void sessions.add(session))
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore)
    receive(stream, headers).catch(ignore)
  })
  await new Promise<void>((resolve) => server.listen(address, resolve))
  return {
    address,
    asked: asked.passed,
    open: opened.open,
    requests,
    quiet: async () => void (await Promise.all(underWay)),
    close: async () => {
      upstream.destroy()
      for (const session of sessions) session.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
