import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { DATA, encodeFrame, RESPONSE } from '../../../adapters/ttrpc/frames.js'
import { StateRequest } from '../../../adapters/ttrpc/gen/containerd/task/v3/shim.js'
import { shimState } from '../../../adapters/ttrpc/index.js'
import type { ShimAddress } from '../../../ports/shims.js'
import { type Asked, answering, folder, frameOf, refusal, serve, stateBytes, stateOf } from './server.js'

const state = shimState({ namespace: 'k8s.io', timeoutMs: 2_000 })

const ask = (socket: string, own: Partial<ShimAddress> = {}, signal = AbortSignal.timeout(5_000)) =>
  state('web-1', { socket, protocol: 'ttrpc', service: 'v3', ...own }, signal)()

const why = async (socket: string, signal?: AbortSignal) => {
  const { tag, unreached, mayHaveHappened, said } = leftOf(await ask(socket, {}, signal))
  expect(mayHaveHappened).toBe(false)
  return { tag, unreached, said }
}

const WEB = { id: 'web-1', pid: 12, status: 3, exitStatus: 7, stdout: '/run/out' } as const
const SECONDS = { seconds: 1_700_000_000n, nanos: 5 }

describe('a shim that answers', () => {
  it('tells how its task ended', async () => {
    const socket = await answering(() => stateOf({ ...WEB, exitedAt: SECONDS, terminal: true }))
    expect(rightOf(await ask(socket))).toEqual({
      id: 'web-1',
      pid: 12,
      status: 'stopped',
      exitStatus: 7,
      exitedAt: 1_700_000_000_000_000_005n,
      terminal: true,
      stdin: '',
      stdout: '/run/out',
      stderr: '',
    })
  })

  it('tells of every status, and of one that is new', async () => {
    const told = []
    for (let status = 0; status < 7; status++) {
      const payload = Buffer.from([0x0a, 5, ...Buffer.from('web-1'), 0x20, status])
      const socket = await answering(() => frameOf({ status: undefined, payload }))
      told.push(rightOf(await ask(socket)).status)
    }
    expect(told).toEqual(['unknown', 'created', 'running', 'stopped', 'paused', 'pausing', 'other'])
  })

  it('has no time to tell where it sends none, or the year 1', async () => {
    for (const exitedAt of [undefined, { seconds: -62_135_596_800n, nanos: 0 }]) {
      const socket = await answering(() => stateOf({ ...WEB, exitedAt }))
      expect(rightOf(await ask(socket)).exitedAt).toBeNull()
    }
  })

  it('is asked for the state of that task, of its first process, and told the deadline', async () => {
    const asked: Asked[] = []
    const socket = await answering((each) => {
      asked.push(each)
      return stateOf(WEB)
    })
    rightOf(await ask(socket))
    rightOf(await ask(socket, { service: 'v2' }))
    expect(asked.map(({ request }) => request.service)).toEqual([
      'containerd.task.v3.Task',
      'containerd.task.v2.Task',
    ])
    for (const { frame, request } of asked) {
      expect(frame).toMatchObject({ stream: 1, type: 1, flags: 0 })
      expect(request.method).toBe('State')
      expect(request.timeoutNano).toBe(2_000_000_000n)
      expect(request.metadata).toEqual([{ key: 'containerd-namespace-ttrpc', value: 'k8s.io' }])
      expect(StateRequest.decode(request.payload)).toEqual({ id: 'web-1', execId: '' })
    }
  })

  it.each(['v2', 'v3'] as const)('is asked again where it does not serve %s', async (service) => {
    const socket = await answering(({ request }) =>
      request.service.includes(service) ? refusal(12, `service ${request.service}`) : stateOf(WEB),
    )
    expect(rightOf(await ask(socket, { service })).exitStatus).toBe(7)
  })

  it('is heard however its answer is cut', async () => {
    const bytes = stateOf({ ...WEB, bundle: 'b'.repeat(300) })
    const socket = await serve(async (caller) => {
      for (const byte of bytes) {
        caller.write(Uint8Array.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    expect(rightOf(await ask(socket)).exitStatus).toBe(7)
  })
})

describe('a shim that refuses', () => {
  const TAGS = [
    [5, 'NotFound'],
    [12, 'Denied'],
    [7, 'Denied'],
    [9, 'Denied'],
    [4, 'TimedOut'],
    [8, 'Exhausted'],
    [14, 'Unavailable'],
    [1, 'Unavailable'],
    [2, 'Malformed'],
    [-3, 'Malformed'],
    [99, 'Malformed'],
  ] as const

  it.each(TAGS)('with code %i is %s', async (code, tag) => {
    const socket = await answering(() => refusal(code, 'in its own words'))
    expect(await why(socket)).toEqual({ tag, unreached: null, said: 'in its own words' })
  })

  it('says of whom and what', async () => {
    const socket = await answering(() => refusal(5, 'container not found'))
    expect(leftOf(await ask(socket))).toMatchObject({
      asked: 'ask for the state of task web-1',
      of: `shim at ${socket}`,
    })
  })
})

describe('a shim that cannot be reached', () => {
  it('has no socket', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'file'), '')
    for (const name of ['none', 'none/below', 'file/below'])
      expect(await why(join(dir, name))).toMatchObject({ tag: 'Unavailable', unreached: 'no-socket' })
  })

  it('has a socket that nobody listens on', async () => {
    const dir = folder()
    const bind = 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])'
    execFileSync('python3', ['-c', bind, join(dir, 'dead')])
    writeFileSync(join(dir, 'file'), '')
    mkdirSync(join(dir, 'directory'))
    for (const name of ['dead', 'file', 'directory'])
      expect(await why(join(dir, name))).toMatchObject({ tag: 'Unavailable', unreached: 'refused' })
  })

  it('is never looked for elsewhere', async () => {
    const long = `/${'a'.repeat(107)}`
    for (const socket of ['', 'relative', '@name', '/tmp/a\0b', long, '/ä'.repeat(40)])
      expect(await why(socket)).toMatchObject({ tag: 'Unavailable', unreached: 'broken' })
    expect((await why(long)).said).toContain('longer')
  })

  it('listens on an abstract socket, which older Node.js cannot name', async () => {
    const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number)
    const able = major > 1 || minor >= 48
    const answer = await why('\0cri-recover-nobody')
    expect(answer).toMatchObject({ tag: 'Unavailable', unreached: able ? 'refused' : 'broken' })
    expect(leftOf(await ask('\0cri-recover-nobody')).of).toBe('shim at @cri-recover-nobody')
  })
})

describe('a shim that is not well', () => {
  it('hangs: it is given up', async () => {
    const closed: boolean[] = []
    const socket = await serve((caller) => caller.resume().on('close', (error) => closed.push(error)))
    const begin = performance.now()
    expect(await why(socket, AbortSignal.timeout(100))).toMatchObject({ tag: 'TimedOut', unreached: null })
    expect(performance.now() - begin).toBeLessThan(1_000)
    await expect.poll(() => closed).toEqual([false])
    expect(await why(socket, AbortSignal.abort())).toMatchObject({ tag: 'TimedOut' })
  })

  const BREAKS: readonly (readonly [string, (caller: Socket) => void])[] = [
    ['at once', (caller) => caller.destroy()],
    ['when it is asked', (caller) => caller.once('data', () => caller.destroy())],
    ['within its answer', (caller) => caller.end(stateOf(WEB).subarray(0, -1))],
    ['within its header', (caller) => caller.end(Buffer.from([0, 0]))],
  ]

  it.each(BREAKS)('closes the connection %s', async (_, take) => {
    expect(await why(await serve(take))).toMatchObject({ tag: 'Unavailable', unreached: 'broken' })
  })

  const RIGHT = { status: undefined, payload: stateBytes(WEB) }
  const GARBAGE: readonly (readonly [string, Buffer])[] = [
    ['text', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a huge length', Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 1, 2, 0])],
    ['the settings of HTTP/2', Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0x40, 0])],
    ['an answer on another stream', frameOf(RIGHT, { stream: 3 })],
    ['a message in place of an answer', frameOf(RIGHT, { type: DATA })],
    ['no response', encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.from([0xff, 0xff]) })],
    ['no state', frameOf({ status: undefined, payload: Buffer.from([0x0a, 0x7f]) })],
    ['groups without end', frameOf({ status: undefined, payload: Buffer.alloc(1 << 20, 0x7b) })],
    ['nothing', frameOf({ status: undefined, payload: Buffer.alloc(0) })],
    ['the state of another task', stateOf({ ...WEB, id: 'web-2' })],
  ]

  it.each(GARBAGE)('answers %s', async (_, bytes) => {
    const socket = await answering(() => bytes)
    expect(await why(socket)).toMatchObject({ tag: 'Malformed', unreached: null })
  })

  it('answers anything at all', async () => {
    let bytes = Buffer.alloc(0)
    const socket = await serve((caller) => caller.end(bytes))
    const framed = fc
      .uint8Array({ maxLength: 60 })
      .map((data) => encodeFrame({ stream: 1, type: RESPONSE, flags: 0, data: Buffer.from(data) }))
    const any = fc.oneof(framed, fc.uint8Array({ maxLength: 60 }).map(Buffer.from))
    await fc.assert(
      fc.asyncProperty(any, async (given) => {
        bytes = Buffer.from(given)
        const { tag } = await why(socket)
        expect([
          'Malformed',
          'Unavailable',
          'NotFound',
          'Denied',
          'TimedOut',
          'Exhausted',
          'AlreadyExists',
        ]).toContain(tag)
      }),
      { numRuns: 200 },
    )
  })
})
