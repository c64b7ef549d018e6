import { type ServiceError, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ControllerService } from '../../../adapters/containerd/gen/containerd/services/sandbox/v1/sandbox.js'
import { calm } from '../../../adapters/fast-check/contract/files.js'
import { leftOf, rightOf } from '../../../adapters/fast-check/either.js'
import { untilTrue } from '../../../adapters/fast-check/wait.js'
import { containerd, refusal } from './server.js'

type Reply = (error: Partial<ServiceError> | null, answer?: object) => void
interface Call {
  readonly request: { readonly sandboxId: string; readonly sandboxer: string }
  readonly cancelled: boolean
}
type Handler = (call: Call, reply: Reply) => void

const never: Handler = () => undefined
const failing =
  (error: Partial<ServiceError>): Handler =>
  (_, reply) =>
    reply(error)
const ready: Handler = ({ request }, reply) =>
  reply(null, { ...request, pid: 7, state: 'SANDBOX_READY', info: new Map(), address: '', version: 0 })
const ended: Handler = (_, reply) =>
  reply(null, { exitStatus: 137, exitedAt: { seconds: 1_800_000_000n, nanos: 5 } })

const watch = async (handlers: { readonly wait: Handler; readonly status: Handler }, signal = calm) => {
  const { sandboxes } = await containerd((server) => server.addService(ControllerService, { ...handlers }))
  return sandboxes.watch('pod', 'shim', signal)()
}

describe('a sandbox that is waited for', () => {
  it('is asked for once the wait is under way, of the same controller', async () => {
    const asked: [string, string, string][] = []
    const noting =
      (what: string, then: Handler): Handler =>
      (call, reply) => {
        asked.push([what, call.request.sandboxId, call.request.sandboxer])
        then(call, reply)
      }
    rightOf(await watch({ wait: noting('wait', never), status: noting('status', ready) }))
    expect(asked).toEqual([
      ['wait', 'pod', 'shim'],
      ['status', 'pod', 'shim'],
    ])
  })
  it('tells its end, though it came before the answer', async () => {
    const { exited } = rightOf(await watch({ wait: ended, status: never }))
    expect(rightOf(await exited)).toEqual({ exitStatus: 137, exitedAt: 1_800_000_000_000_000_005n })
  })
  it('is not there, in the words of the CRI’s controller', async () => {
    const unknown = { code: status.UNKNOWN, details: 'failed to get exit channel. "pod"' }
    expect(leftOf(await watch({ wait: failing(unknown), status: never })).tag).toBe('NotFound')
  })
  it('is not waited for where the look fails', async () => {
    const calls: Call[] = []
    const wait: Handler = (call) => calls.push(call)
    const look = await watch({ wait, status: failing(refusal(status.NOT_FOUND)) })
    expect(leftOf(look).tag).toBe('NotFound')
    await untilTrue('the wait is given up', () => calls[0]?.cancelled ?? false)
    const late = await watch({ wait: never, status: never }, AbortSignal.timeout(100))
    expect(leftOf(late).tag).toBe('TimedOut')
  })
})
