import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { type Failure, type FailureTag, failure } from '../../ports/failure.js'
import { type Place, parsePlace } from './place.js'
import { type Measured, type Metrics, type MetricsOptions, metricsOf } from './registry.js'

export interface MetricsServer {
  /**
   * Begins to answer at `9110`, `host:9110` or `unix:/path`, and tells where; a port of 0 is any that is free. The
   * socket is for its owner and group only, and a file in its place is not removed: `AlreadyExists`.
   */
  readonly listen: (place: string) => TaskEither<Failure, string>
  readonly handled: Metrics['handled']
  readonly close: () => Promise<void>
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

const SECOND = 1000
/** A scraper's headers have some hundred bytes, and it takes what it asked for. */
const LIMITS = {
  maxHeaderSize: 8 * 1024,
  requestTimeout: 5 * SECOND,
  connectionsCheckingInterval: SECOND,
  keepAliveTimeout: 65 * SECOND,
}
const MOST_CONNECTIONS = 64

const CODES: Readonly<Partial<Record<string, FailureTag>>> = {
  EADDRINUSE: 'AlreadyExists',
  EACCES: 'Denied',
  EPERM: 'Denied',
  EADDRNOTAVAIL: 'NotFound',
  ENOENT: 'NotFound',
  ENOTFOUND: 'NotFound',
}

const answers =
  ({ node }: Measured, metrics: Metrics): RequestListener =>
  (request, response) => {
    const answer = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(text)
    }
    // Nobody has anything to tell us.
    request.resume()
    const path = request.url?.split('?', 1)[0]
    if (path !== '/metrics' && path !== '/healthz') return answer(404, 'there is /metrics and /healthz\n')
    if (request.method !== 'GET') return answer(405, 'only GET\n', { allow: 'GET' })
    if (path === '/healthz') return answer(200, `${node().phase}\n`)
    metrics.text().then(
      (text) => answer(200, text, { 'content-type': metrics.contentType }),
      (error: unknown) => answer(500, `${error instanceof Error ? error.message : String(error)}\n`),
    )
  }

/** Binds at once, so that a umask set around it holds for the socket and for nothing else. */
const bind = (server: Server, place: Place): void => {
  if ('port' in place) return void server.listen({ ...place, exclusive: true })
  const before = process.umask(0o117)
  try {
    server.listen({ path: place.path })
  } finally {
    process.umask(before)
  }
}

const wordOf = (address: AddressInfo | string | null): string =>
  address === null || typeof address === 'string'
    ? `unix:${address ?? ''}`
    : `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`

const listen = (server: Server, text: string): Promise<Either<Failure, string>> =>
  new Promise((resolve) => {
    const fail = (tag: FailureTag, said: string): void =>
      resolve(left(failure(tag, 'listen for Prometheus', text, said, { mayHaveHappened: false })))
    const place = parsePlace(text)
    if (isLeft(place)) return fail('Malformed', place.left)
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(CODES[error.code ?? ''] ?? 'Unavailable', error.message),
    )
    server.once('listening', () => {
      // Afterwards an error is one connection's, and the next may do better.
      server.removeAllListeners('error').on('error', () => undefined)
      resolve(right(wordOf(server.address())))
    })
    bind(server, place.right)
  })

/**
 * A serving node's metrics over HTTP: `/metrics` for Prometheus; `/healthz`, which says that this process answers and
 * what it is about (whether the node is recovered is a metric, and gRPC's health service).
 *
 * @example
 * const server = metricsServer(serving.service, { version: '1.0.0' })
 * await server.listen('9110')() // right('127.0.0.1:9110')
 */
export const metricsServer = (service: Measured, options: MetricsOptions): MetricsServer => {
  const metrics = metricsOf(service, options)
  const server = createServer(LIMITS, answers(service, metrics))
  server.maxConnections = MOST_CONNECTIONS
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return {
    listen: (place) => () => listen(server, place),
    handled: metrics.handled,
    close,
    [Symbol.asyncDispose]: close,
  }
}
