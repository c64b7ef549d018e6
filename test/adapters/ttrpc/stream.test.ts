import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { isLeft } from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { MAX_DATA, NO_DATA, REMOTE_CLOSED, REQUEST, RESPONSE } from '../../../adapters/ttrpc/frames.js'
import { openStream } from '../../../adapters/ttrpc/index.js'
import type { ByteSource } from '../../../adapters/ttrpc/stream.js'
import { folder, frameOf, serve } from './server.js'
import {
  any,
  type Behave,
  data,
  frame,
  overGrpc,
  overTtrpc,
  type Peer,
  READY,
  type StreamServer,
  sendWithin,
} from './stream-server.js'

const PROTOCOLS: readonly (readonly [string, StreamServer])[] = [
  ['ttrpc', overTtrpc()],
  ['grpc', overGrpc],
]

const urlOf = (protocol: string, socket: string): string =>
  `${protocol}+unix://${socket}?streaming_id=web-1-stdout`

const open = (url: string, patienceMs = 5_000) => openStream(url, AbortSignal.timeout(patienceMs))()

/** All that comes, and how it ended. */
const drain = async ({ chunks }: ByteSource): Promise<{ text: string; end: string }> => {
  const taken: Uint8Array[] = []
  for await (const chunk of chunks) {
    if (isLeft(chunk)) {
      const { tag, unreached } = chunk.left
      return { text: String(Buffer.concat(taken)), end: `${tag} ${unreached}` }
    }
    taken.push(chunk.right)
  }
  return { text: String(Buffer.concat(taken)), end: 'clean' }
}

describe.each(PROTOCOLS)('a stream over %s', (protocol, server) => {
  const opened = async (behave: Behave): Promise<ByteSource> =>
    rightOf(await open(urlOf(protocol, await server(behave))))

  /** A stream that is there, and what becomes of it once the first bytes are asked for. */
  const streamed = async (then: Behave) => {
    const source = await opened((peer) => {
      peer.send(READY)
      peer.onUpdate(() => {
        peer.onUpdate(() => undefined)
        then(peer)
      })
    })
    return drain(source)
  }

  it('gives what is written, and ends where it ends', async () => {
    const told = await streamed((peer) => {
      for (const piece of ['one ', 'two ', '', 'three']) peer.send(data(piece))
      peer.end()
    })
    expect(told).toEqual({ text: 'one two three', end: 'clean' })
  })

  it('is asked for by its name alone', async () => {
    const asked: unknown[] = []
    const source = await opened((peer) => {
      asked.push([peer.id, peer.metadata])
      peer.send(READY)
    })
    source.close()
    expect(asked).toEqual([['web-1-stdout', 0]])
  })

  it('carries much, within windows of its own', async () => {
    const bytes = randomBytes(3_000_000)
    const ahead: number[] = []
    const source = await opened((peer) => {
      peer.send(READY)
      sendWithin(peer, bytes, (granted, sent) => ahead.push(granted - sent))
    })
    const taken: Uint8Array[] = []
    for await (const chunk of source.chunks) taken.push(rightOf(chunk))
    expect(Buffer.concat(taken).equals(bytes)).toBe(true)
    expect(Math.max(...ahead)).toBeLessThanOrEqual(65_536 + 32_768)
  })

  it('asks for bytes only as its reader takes them', async () => {
    const updates: number[] = []
    const source = await opened((peer) => {
      peer.onUpdate((bytes) => {
        updates.push(bytes)
        for (let i = 0; i < 4; i++) peer.send(data(Buffer.alloc(16_384, 'x')))
      })
      peer.send(READY)
    })
    expect(updates).toEqual([])
    const chunks = source.chunks[Symbol.asyncIterator]()
    await chunks.next()
    await chunks.next()
    expect(updates).toEqual([65_536])
    await chunks.next()
    await expect.poll(() => updates).toEqual([65_536, 65_536])
    source.close()
  })

  it('holds up whoever writes past the windows, and loses nothing of it', async () => {
    const bytes = randomBytes(20_000_000)
    const peers: Peer[] = []
    const source = await opened((peer) => {
      peers.push(peer)
      peer.send(READY)
      for (let at = 0; at < bytes.length; at += 1_000_000) peer.send(data(bytes.subarray(at, at + 1_000_000)))
      peer.end()
    })
    const taken: Uint8Array[] = []
    for await (const chunk of source.chunks) {
      if (taken.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        expect(peers[0]?.unsent()).toBeGreaterThan(0)
      }
      taken.push(rightOf(chunk))
    }
    expect(Buffer.concat(taken).equals(bytes)).toBe(true)
  })

  it('that breaks gives what came, then the failure, then the end', async () => {
    const told = await streamed((peer) => {
      peer.send(data('half a li'))
      peer.die()
    })
    expect(told).toEqual({ text: 'half a li', end: 'Unavailable broken' })
  })

  it('that breaks has lost nothing of the window, however slow its reader', async () => {
    const source = await opened((peer) => {
      peer.send(READY)
      peer.onUpdate(() => {
        for (let i = 0; i < 128; i++) peer.send(data(Buffer.alloc(512, 'x')))
        peer.die()
      })
    })
    let bytes = 0
    for await (const chunk of source.chunks) {
      if (isLeft(chunk)) expect(chunk.left.tag).toBe('Unavailable')
      else bytes += chunk.right.length
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    expect(bytes).toBe(65_536)
  })

  it('that is refused under way says how', async () => {
    const told = await streamed((peer) => {
      peer.send(data('a'))
      setTimeout(() => peer.refuse(8, 'too much'), 50)
    })
    expect(told).toEqual({ text: 'a', end: 'Exhausted null' })
  })

  const REFUSALS = [
    [5, 'NotFound'],
    [6, 'AlreadyExists'],
    [12, 'Denied'],
    [2, 'Malformed'],
  ] as const

  it.each(REFUSALS)('that is refused with code %i is %s', async (code, tag) => {
    const socket = await server((peer) => peer.refuse(code, 'in its own words'))
    expect(leftOf(await open(urlOf(protocol, socket)))).toMatchObject({
      tag,
      said: 'in its own words',
      asked: 'read stream web-1-stdout',
      of: `stream service at ${socket}`,
    })
  })

  it('that ends before it begins is none', async () => {
    const socket = await server((peer) => peer.end())
    expect(leftOf(await open(urlOf(protocol, socket))).tag).toBe('Unavailable')
  })

  const GARBAGE: readonly (readonly [string, Uint8Array])[] = [
    ['no message', Buffer.from([0xff, 0xff])],
    ['nothing', Buffer.alloc(0)],
    ['a message of another type', READY],
    ['no data', any('containerd.types.transfer.Data', Buffer.from([0x0a, 0x7f]))],
  ]

  it.each(GARBAGE)('with %s among its bytes ends there', async (_, message) => {
    const told = await streamed((peer) => {
      peer.send(data('good'))
      peer.send(message)
      peer.send(data('more'))
    })
    expect(told).toEqual({ text: 'good', end: 'Malformed null' })
  })

  it('may name its types as URLs', async () => {
    const told = await streamed((peer) => {
      peer.send(any('type.googleapis.com/containerd.types.transfer.Data', Buffer.from('\n\x02hi')))
      peer.end()
    })
    expect(told).toEqual({ text: 'hi', end: 'clean' })
  })

  it('that nobody confirms is given up', async () => {
    const peers: Peer[] = []
    const socket = await server((peer) => peers.push(peer))
    expect(leftOf(await open(urlOf(protocol, socket), 300)).tag).toBe('TimedOut')
    await expect.poll(() => peers[0]?.gone()).toBe(true)
    const never = openStream(urlOf(protocol, socket), AbortSignal.abort())
    expect(leftOf(await never()).tag).toBe('TimedOut')
  })

  it('outlives the signal that it was opened under', async () => {
    const controller = new AbortController()
    const peers: Peer[] = []
    const socket = await server((peer) => {
      peers.push(peer)
      peer.send(READY)
    })
    const source = rightOf(await openStream(urlOf(protocol, socket), controller.signal)())
    controller.abort()
    peers[0]?.send(data('still there'))
    peers[0]?.end()
    expect(await drain(source)).toEqual({ text: 'still there', end: 'clean' })
  })

  it('that hangs is closed, and its reader told the end', async () => {
    const peers: Peer[] = []
    const source = await opened((peer) => {
      peers.push(peer)
      peer.send(READY)
    })
    const reading = drain(source)
    source.close()
    expect(await reading).toEqual({ text: '', end: 'clean' })
    await expect.poll(() => peers[0]?.gone()).toBe(true)
    source.close()
  })

  it('is closed by a reader who leaves', async () => {
    const peers: Peer[] = []
    const { chunks } = await opened((peer) => {
      peers.push(peer)
      peer.send(READY)
      peer.send(data('a'))
      peer.send(data('b'))
    })
    for await (const _ of chunks) break
    await expect.poll(() => peers[0]?.gone()).toBe(true)
  })

  it('is not where nobody listens', async () => {
    const dir = folder()
    const bind = 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])'
    execFileSync('python3', ['-c', bind, join(dir, 'dead')])
    const why = async (name: string) => {
      const { tag, unreached } = leftOf(await open(urlOf(protocol, join(dir, name))))
      return [tag, unreached]
    }
    expect(await why('none')).toEqual(['Unavailable', 'no-socket'])
    expect(await why('dead')).toEqual(['Unavailable', 'refused'])
  })

  it('breaks where something else listens', async () => {
    const closing = await serve((caller) => caller.destroy())
    expect(leftOf(await open(urlOf(protocol, closing)))).toMatchObject({
      tag: 'Unavailable',
      unreached: 'broken',
    })
  })
})

describe('a stream over ttrpc, of a service that', () => {
  const sent = async (...frames: readonly Buffer[]) => {
    const socket = await overTtrpc((caller) =>
      caller.write(Buffer.concat([frame({ data: READY }), ...frames])),
    )(() => undefined)
    return drain(rightOf(await open(urlOf('ttrpc', socket))))
  }
  const GOOD = frame({ data: data('good') })

  it('closes its end with the last bytes', async () => {
    expect(await sent(GOOD, frame({ data: data('!'), flags: REMOTE_CLOSED }))).toEqual({
      text: 'good!',
      end: 'clean',
    })
  })

  it('closes with a response, which may carry the last bytes', async () => {
    const response = (payload: Buffer) => frameOf({ status: undefined, payload })
    expect(await sent(GOOD, response(Buffer.alloc(0)))).toEqual({ text: 'good', end: 'clean' })
    expect(await sent(GOOD, response(data('!')))).toEqual({ text: 'good!', end: 'clean' })
    expect(await sent(GOOD, frameOf({ status: { code: 0, message: '' }, payload: Buffer.alloc(0) }))).toEqual(
      {
        text: 'good',
        end: 'clean',
      },
    )
  })

  it('sends frames that carry nothing', async () => {
    expect(await sent(frame({ flags: NO_DATA }), GOOD, frame({ flags: NO_DATA | REMOTE_CLOSED }))).toEqual({
      text: 'good',
      end: 'clean',
    })
  })

  it('goes on after its end is not heard', async () => {
    expect(await sent(frame({ flags: NO_DATA | REMOTE_CLOSED }), GOOD)).toEqual({ text: '', end: 'clean' })
  })

  const overlong = Buffer.alloc(10)
  overlong.writeUInt32BE(MAX_DATA + 1, 0)
  const GARBAGE: readonly (readonly [string, Buffer])[] = [
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a frame that is too long', overlong],
    ['a frame of an unknown type', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 9, 0])],
    ['a frame of another stream', frame({ stream: 3, data: data('x') })],
    ['a request', frame({ type: REQUEST })],
    ['a response that is none', frame({ type: RESPONSE, data: Buffer.from([0xff]) })],
  ]

  it.each(GARBAGE)('sends %s', async (_, bytes) => {
    expect(await sent(GOOD, bytes)).toEqual({ text: 'good', end: 'Malformed null' })
  })

  it('sends the largest frame there can be', async () => {
    const large = Buffer.alloc(MAX_DATA - 100, 'x')
    const { text, end } = await sent(frame({ data: data(large) }), frame({ flags: NO_DATA | REMOTE_CLOSED }))
    expect([text.length, end]).toEqual([large.length, 'clean'])
  })

  it('sends anything at all', async () => {
    let bytes = Buffer.alloc(0)
    const socket = await serve((caller) => caller.end(Buffer.concat([frame({ data: READY }), bytes])))
    const framed = fc
      .record({ flags: fc.nat(7), type: fc.constantFrom(1, 2, 3), data: fc.uint8Array({ maxLength: 40 }) })
      .map(({ flags, type, data: given }) =>
        frame({ flags, type: type as 1 | 2 | 3, data: Buffer.from(given) }),
      )
    const given = fc.array(fc.oneof(framed, fc.uint8Array({ maxLength: 40 }).map(Buffer.from)), {
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(given, async (frames) => {
        bytes = Buffer.concat(frames)
        const { end } = await drain(rightOf(await open(urlOf('ttrpc', socket))))
        expect(end).toMatch(/^(clean|Malformed null|Unavailable broken|[A-Z]\w+ null)$/)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a URL that names no stream', () => {
  const URLS: readonly (readonly [string, RegExp])[] = [
    ['', /no address for streams/],
    ['?streaming_id=web-1-stdout', /no address for streams/],
    ['/run/fifo', /does not read/],
    ['file:///run/log', /does not read/],
    ['http+unix:///run/s?streaming_id=a', /http are not known/],
    [`${'x'.repeat(5_000_000)}+unix:///run/s?streaming_id=a`, /over x{20} are not known/],
    ['ttrpc+vsock://3:1024?streaming_id=a', /vsock are not supported/],
    ['grpc+hvsock:///run/s:1024?streaming_id=a', /hvsock are not supported/],
    ['ttrpc+unix:///run/s', /names no stream/],
    ['ttrpc+unix:///run/s?streaming_id=', /names no stream/],
    ['ttrpc+unix:///run/s?id=a', /names no stream/],
    ['ttrpc+unix://run/s?streaming_id=a', /not an absolute path/],
    ['ttrpc+unix://?streaming_id=a', /not an absolute path/],
    ['ttrpc+unix:///run/%00s?streaming_id=a', /zero byte/],
    ['ttrpc+unix:///run/%zz?streaming_id=a', /not escaped/],
    [`ttrpc+unix:///${'a'.repeat(200)}?streaming_id=a`, /longer/],
    [`ttrpc+unix:///run/s?streaming_id=${'a'.repeat(5_000_000)}`, /longer than 1024/],
  ]

  it.each(URLS.map(([url, said]) => [url.slice(0, 60), url, said] as const))('"%s"', async (_, url, said) => {
    const failed = leftOf(await open(url))
    expect(failed).toMatchObject({ tag: 'Malformed', mayHaveHappened: false })
    expect(failed.said).toMatch(said)
    expect(failed.of.length + failed.said.length).toBeLessThan(400)
  })

  it('is told from one that does, escaped or not', async () => {
    const dir = folder()
    const url = `grpc+unix://${dir}/a%20b?x=1&streaming_id=a%2Fb&streaming_id=c#part`
    expect(leftOf(await open(url))).toMatchObject({
      tag: 'Unavailable',
      asked: 'read stream a/b',
      of: `stream service at ${dir}/a b`,
    })
  })
})
