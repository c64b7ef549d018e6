import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { type MetricsServer, metricsServer } from '../../../adapters/metrics/index.js'
import { servedCounts, servedNode } from './served.js'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'cri-recover-metrics-'))
  undo.push(() => rmSync(path, { recursive: true }))
  return path
}

const server = (node = servedNode()): MetricsServer => {
  const made = metricsServer({ node: () => node, counts: servedCounts }, { version: '1.2.3' })
  undo.push(made.close)
  return made
}

/** A server at a free port, as its URL. */
const listening = async (): Promise<string> => `http://${rightOf(await server().listen('0')())}`

interface Said {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly text: string
}

const read = async (response: IncomingMessage): Promise<Said> => {
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, type: response.headers['content-type'], text }
}

const askSocket = (socketPath: string, path: string): Promise<Said> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path }, (response) => resolve(read(response)))
      .on('error', reject)
      .end()
  })

describe('a metrics server', () => {
  it('answers Prometheus in its own format', async () => {
    const response = await fetch(`${await listening()}/metrics`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await response.text()).toContain('cri_recover_build_info{version="1.2.3"} 1\n')
  })
  it('counts the calls that it is told of', async () => {
    const made = server()
    const url = `http://${rightOf(await made.listen('0')())}/metrics`
    made.handled('/runtime.v1.RuntimeService/Version', 'OK')
    expect(await (await fetch(url)).text()).toMatch(
      /^grpc_server_handled_total\{.*grpc_method="Version".*\} 1$/m,
    )
  })
  it('says that it is there, and what it is about', async () => {
    const response = await fetch(`${await listening()}/healthz?verbose`)
    expect([response.status, await response.text()]).toEqual([200, 'serving\n'])
  })
  it.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'])('refuses to %s', async (method) => {
    const response = await fetch(`${await listening()}/metrics`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })
  it.each(['/', '/metrics/', '/../etc/passwd', '//metrics'])('has nothing at %s', async (path) => {
    expect((await fetch(`${await listening()}${path}`)).status).toBe(404)
  })
  it('takes no request with more headers than a scraper sends', async () => {
    const headers = { 'x-long': 'a'.repeat(10_000) }
    expect((await fetch(`${await listening()}/metrics`, { headers })).status).toBe(431)
  })
  it('lets go of who begins a request and does not go on', async () => {
    const { port } = new URL(await listening())
    const said = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n'),
      )
      socket.on('data', (chunk) => {
        text += String(chunk)
      })
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
    expect(said).toMatch(/^HTTP\/1\.1 408 /)
  })
  it('listens on this machine only where nothing else is said', async () => {
    expect(rightOf(await server().listen('0')())).toMatch(/^127\.0\.0\.1:\d+$/)
    expect(rightOf(await server().listen('[::1]:0')())).toMatch(/^\[::1\]:\d+$/)
  })
  it('listens on a socket that its owner and group alone can open', async () => {
    const path = join(folder(), 'metrics.sock')
    const made = server()
    const before = process.umask()
    expect(rightOf(await made.listen(`unix:${path}`)())).toBe(`unix:${path}`)
    expect(statSync(path).mode & 0o777).toBe(0o660)
    expect(process.umask()).toBe(before)
    expect(await askSocket(path, '/healthz')).toMatchObject({ status: 200, text: 'serving\n' })
    await made.close()
    expect(existsSync(path)).toBe(false)
  })
  it('takes no place that is taken', async () => {
    const path = join(folder(), 'metrics.sock')
    writeFileSync(path, 'mine')
    expect(leftOf(await server().listen(`unix:${path}`)())).toMatchObject({ tag: 'AlreadyExists' })
    const taken = new URL(await listening()).host
    expect(leftOf(await server().listen(taken)())).toMatchObject({ tag: 'AlreadyExists', of: taken })
  })
  it('says why it cannot listen', async () => {
    expect(leftOf(await server().listen('nowhere')())).toMatchObject({ tag: 'Malformed' })
    expect(leftOf(await server().listen('unix:/nowhere/at/all.sock')()).said).toMatch(
      /\/nowhere\/at\/all\.sock/,
    )
  })
  it('ends though somebody is still connected', async () => {
    const made = server()
    const { port } = new URL(`http://${rightOf(await made.listen('0')())}`)
    const socket = connect(Number(port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    await made.close()
    await closed
  })
  it('ends though it never began', async () => {
    await server().close()
  })
})
