import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { decode, payloadOf } from '../../adapters/ttrpc/call.js'
import { encodeFrame, type Frame, frameDecoder, MAX_DATA } from '../../adapters/ttrpc/frames.js'
import { StateResponse as StateV2 } from '../../adapters/ttrpc/gen/containerd/task/v2/shim.js'
import { StateResponse as StateV3, WaitResponse } from '../../adapters/ttrpc/gen/containerd/task/v3/shim.js'
import { Any } from '../../adapters/ttrpc/gen/google/protobuf/any.js'
import { openStream, shimState } from '../../adapters/ttrpc/index.js'
import { streamAddress } from '../../adapters/ttrpc/stream-address.js'
import { taskReply } from '../../core/task-reply.js'
import { checkAnswer } from './answers.js'
import { pieces } from './of-logs.js'
import { holds, type Target } from './target.js'

/** What shims send: frames, the messages in them, and all of it through a connection. */

const framesOf = (all: readonly Uint8Array[]) => {
  const decoder = frameDecoder()
  const frames: Frame[] = []
  let error: string | null = null
  for (const piece of all) {
    const decoded = decoder.push(piece)
    frames.push(...decoded.frames)
    error = decoded.error
  }
  return { frames, error }
}

const frames = (bytes: Uint8Array): void => {
  const whole = framesOf([bytes])
  holds(isDeepStrictEqual(framesOf(pieces(bytes)), whole), 'cut otherwise, it has other frames')
  const again = Buffer.concat(whole.frames.map(encodeFrame))
  holds(again.equals(bytes.subarray(0, again.length)), 'frames that were never sent')
  const rest = Buffer.from(bytes.subarray(again.length))
  if (whole.error === null && rest.length >= 10)
    holds(rest.readUInt32BE(0) <= MAX_DATA, 'more is waited for than a message may hold')
}

interface Message<A> {
  decode(bytes: Uint8Array): A
  encode(message: A): { finish(): Uint8Array }
}

const stable = <A>(message: Message<A>, bytes: Uint8Array): A | null => {
  const read = decode(message, bytes)
  if (isLeft(read)) {
    holds(read.left.kind === 'garbage', 'trouble of another kind than garbage')
    return null
  }
  const again = decode(message, message.encode(read.right).finish())
  holds(isDeepStrictEqual(again, read), 'what is encoded reads as another message')
  return read.right
}

const reply = (bytes: Uint8Array): void => {
  const answered = payloadOf(Buffer.from(bytes))
  const payload = isRight(answered) ? answered.right : Buffer.from(bytes)
  holds(payload.length <= bytes.length, 'a payload longer than its message')
  for (const state of [stable(StateV2, payload), stable(StateV3, payload)])
    if (state !== null) checkAnswer({ _tag: 'Right', right: taskReply(state) })
  stable(WaitResponse, payload)
  stable(Any, payload)
}

const SIGNAL_MS = 20_000
const said: { bytes: Uint8Array } = { bytes: new Uint8Array(0) }
let server: { readonly server: Server; readonly folder: string; readonly socket: string } | null = null

/** Says the bytes to whoever asks, and hangs up. */
const listening = async (): Promise<string> => {
  if (server !== null) return server.socket
  const folder = mkdtempSync(join(tmpdir(), 'cri-recover-fuzz-'))
  const socket = join(folder, 's')
  const shim = createServer((caller) => {
    caller.on('error', () => undefined)
    caller.once('data', () => caller.end(said.bytes))
  })
  await new Promise<void>((resolve) => shim.listen(socket, resolve))
  server = { server: shim, folder, socket }
  return socket
}

const connection = async (bytes: Uint8Array): Promise<void> => {
  const socket = await listening()
  said.bytes = bytes.subarray(1)
  const signal = AbortSignal.timeout(SIGNAL_MS)
  const kind = (bytes[0] ?? 0) % 3
  if (kind < 2) {
    const state = shimState({ namespace: 'k8s.io', timeoutMs: SIGNAL_MS })
    const service = kind === 0 ? 'v2' : 'v3'
    const answer = await state('web', { socket, protocol: 'ttrpc', service }, signal)()
    if (isRight(answer)) holds(answer.right.id === 'web', 'the state of another task')
    checkAnswer(answer)
  } else {
    const opened = await openStream(`ttrpc+unix://${socket}?streaming_id=web`, signal)()
    if (isLeft(opened)) checkAnswer(opened)
    else {
      let length = 0
      for await (const chunk of opened.right.chunks)
        if (isRight(chunk)) length += chunk.right.length
        else checkAnswer(chunk)
      holds(length <= bytes.length, 'more bytes than were sent')
    }
  }
  holds(!signal.aborted, 'no answer')
}

const FRAME_TOKENS = [
  '\0\0\0\0\0\0\0\x01\x02\0',
  '\0\0\0\x02\0\0\0\x01\x03\0',
  '\0\0\0\0\0\0\0\x01\x03\x05',
  '\xff\xff\xff\xff\0\0\0\x01\x02\0',
  '\0\x40\0\0\0\0\0\x01\x02\0',
]
export const PROTOBUF_TOKENS = [
  '\x0a\0',
  '\x12\0',
  '\x0a\x03web',
  '\x08\x01',
  '\x20\x03',
  '\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01',
  '\x0a\xff\xff\xff\xff\x0f',
  '\x0b',
  '\x0c',
  '\x0d\0\0\0\0',
  '\x09\0\0\0\0\0\0\0\0',
  '\x42\x0b\x08\x80\x92\xb8\xc3\x98\xfe\xff\xff\xff\x01',
]

export const OF_TTRPC: readonly Target[] = [
  { name: 'ttrpc-frames', decodes: 'the frames of ttrpc', tokens: FRAME_TOKENS, run: frames },
  {
    name: 'ttrpc-reply',
    decodes: 'a shim’s reply, and the task in it',
    tokens: PROTOBUF_TOKENS,
    run: reply,
  },
  {
    name: 'ttrpc-address',
    decodes: 'the URL of a container’s stream',
    tokens: ['ttrpc+unix://', 'grpc+unix://', '?streaming_id=', '%00', '%', '#', '@', '\0', '/'],
    run: (bytes) => {
      const address = streamAddress(Buffer.from(bytes).toString())
      if (isLeft(address)) {
        holds(address.left !== '', 'refused without a word')
        return
      }
      const { socket, id } = address.right
      holds(id !== '' && /^[/\0]/.test(socket) && !socket.includes('\0', 1), 'an address of nothing')
    },
  },
  {
    name: 'ttrpc-connection',
    decodes: 'all that a shim says on a connection, asked for a state or for a stream',
    tokens: [...FRAME_TOKENS, ...PROTOBUF_TOKENS, 'containerd.types.transfer.Data'],
    run: connection,
    close: async () => {
      if (server === null) return
      const { server: shim, folder } = server
      server = null
      await new Promise<void>((resolve) => shim.close(() => resolve()))
      rmSync(folder, { recursive: true })
    },
  },
]
