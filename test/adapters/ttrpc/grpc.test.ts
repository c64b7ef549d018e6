import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Metadata, type ServiceError, StatusBuilder, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { StateRequest } from '../../../adapters/ttrpc/gen/containerd/task/v3/shim.js'
import { shimState } from '../../../adapters/ttrpc/index.js'
import { grpcShim } from './grpc-server.js'
import { folder, serve, stateBytes } from './server.js'

const state = shimState({ namespace: 'k8s.io', timeoutMs: 2_000 })

const ask = (socket: string, signal = AbortSignal.timeout(5_000)) =>
  state('web-1', { socket, protocol: 'grpc', service: 'v3' }, signal)()

const why = async (socket: string, signal?: AbortSignal) => {
  const { tag, unreached, mayHaveHappened } = leftOf(await ask(socket, signal))
  expect(mayHaveHappened).toBe(false)
  return { tag, unreached }
}

type Answer = (metadata: Metadata, request: Buffer) => Buffer | Partial<ServiceError> | null

/** Tells of states. */
const shim = (answer: Answer, version?: string): Promise<string> =>
  grpcShim(
    {
      State: ({ metadata, request }, reply) => {
        const answered = answer(metadata, request)
        if (Buffer.isBuffer(answered)) reply(null, answered)
        else if (answered !== null) reply(answered)
      },
    },
    version,
  )

const refusal = (code: status): Partial<ServiceError> =>
  new StatusBuilder().withCode(code).withDetails('in its own words').build()

describe('a shim that speaks gRPC', () => {
  it('tells how its task ended, asked like the others', async () => {
    const asked: [unknown, StateRequest][] = []
    const socket = await shim((metadata, request) => {
      asked.push([metadata.get('containerd-namespace'), StateRequest.decode(request)])
      return stateBytes({ id: 'web-1', status: 3, exitStatus: 7 })
    })
    expect(rightOf(await ask(socket))).toMatchObject({ status: 'stopped', exitStatus: 7 })
    expect(asked).toEqual([[['k8s.io'], { id: 'web-1', execId: '' }]])
  })

  it('is asked again where it serves the other version', async () => {
    const socket = await shim(() => stateBytes({ id: 'web-1', status: 2 }), 'v2')
    expect(rightOf(await ask(socket))).toMatchObject({ status: 'running' })
  })

  it('refuses', async () => {
    const socket = await shim(() => refusal(status.NOT_FOUND))
    expect(await why(socket)).toEqual({ tag: 'NotFound', unreached: null })
  })

  it('answers garbage, or of another task', async () => {
    for (const bytes of [Buffer.from([0x0a, 0x7f]), Buffer.alloc(0), stateBytes({ id: 'web-2' })])
      expect(await why(await shim(() => bytes))).toEqual({ tag: 'Malformed', unreached: null })
  })

  it('hangs: it is given up', async () => {
    const socket = await shim(() => null)
    const begin = performance.now()
    expect(await why(socket, AbortSignal.timeout(300))).toEqual({ tag: 'TimedOut', unreached: null })
    expect(performance.now() - begin).toBeLessThan(1_500)
  })

  it('is not there, or breaks off', async () => {
    const dir = folder()
    writeFileSync(join(dir, 'file'), '')
    expect(await why(join(dir, 'none'))).toEqual({ tag: 'Unavailable', unreached: 'no-socket' })
    expect(await why(join(dir, 'file'))).toEqual({ tag: 'Unavailable', unreached: 'refused' })
    const socket = await serve((caller) => caller.destroy())
    expect(await why(socket)).toEqual({ tag: 'Unavailable', unreached: 'broken' })
  })
})
