import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { encodeFrame, type Frame, frameDecoder, RESPONSE } from '../../../adapters/ttrpc/frames.js'
import { StateResponse } from '../../../adapters/ttrpc/gen/containerd/task/v3/shim.js'
import { Request, Response } from '../../../adapters/ttrpc/gen/ttrpc/request.js'

/** A shim that does what a test wants of it. */

const undo: (() => void)[] = []
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step()
})

/** A folder for sockets, removed after the test. */
export const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'crs-'))
  undo.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const listen = (server: Server, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    // As many may wait to be taken as with a server written in Go.
    server.listen({ path, backlog: 4096 }, () => resolve(path))
  })

/** Listens, and hands every connection on; tells the socket's path. */
export const serve = (take: (caller: Socket) => void, path = join(folder(), 's')): Promise<string> => {
  const callers = new Set<Socket>()
  const server = createServer((caller) => {
    callers.add(caller)
    caller.on('error', () => undefined)
    take(caller)
  })
  undo.push(() => {
    for (const caller of callers) caller.destroy()
    server.close()
  })
  return listen(server, path)
}

export interface Asked {
  readonly frame: Frame
  readonly request: Request
}

/** Answers every request with the bytes that `answer` gives. */
export const answering = (answer: (asked: Asked, caller: Socket) => Uint8Array): Promise<string> =>
  serve((caller) => {
    const decoder = frameDecoder()
    caller.on('data', (bytes: Buffer) => {
      for (const frame of decoder.push(bytes).frames)
        caller.write(answer({ frame, request: Request.decode(frame.data) }, caller))
    })
  })

export const frameOf = (response: Response, more: Partial<Frame> = {}): Buffer =>
  encodeFrame({
    stream: 1,
    type: RESPONSE,
    flags: 0,
    data: Buffer.from(Response.encode(response).finish()),
    ...more,
  })

export const refusal = (code: number, message: string): Buffer =>
  frameOf({ status: { code, message }, payload: Buffer.alloc(0) })

const BLANK = StateResponse.decode(new Uint8Array())

export const stateBytes = (state: Partial<StateResponse>): Buffer =>
  Buffer.from(StateResponse.encode({ ...BLANK, ...state }).finish())

export const stateOf = (state: Partial<StateResponse>): Buffer =>
  frameOf({ status: undefined, payload: stateBytes(state) })
