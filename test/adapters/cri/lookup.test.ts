import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { setup } from './client.js'
import { container, sandbox } from './served.js'

const asker = async () => {
  const { node, ask, refused } = await setup()
  node.containers(...['abc1', 'abc2', 'b', 'b2', 'longest'].map((id) => container(id, 'pod1')))
  node.sandboxes(sandbox('pod1'), sandbox('pod2'), sandbox('quite'))
  return {
    node,
    container: async (containerId: string) =>
      (await ask(Cri.containerStatus, { containerId, verbose: false })).status?.id,
    sandbox: async (podSandboxId: string) =>
      (await ask(Cri.podSandboxStatus, { podSandboxId, verbose: false })).status?.id,
    noContainer: (containerId: string) => refused(Cri.containerStatus, { containerId, verbose: false }),
    noSandbox: (podSandboxId: string) => refused(Cri.podSandboxStatus, { podSandboxId, verbose: false }),
  }
}

describe('an id that is asked for', () => {
  it('may be whole, also where another begins with it', async () => {
    const { container, sandbox } = await asker()
    expect(await container('b')).toBe('b')
    expect(await container('abc1')).toBe('abc1')
    expect(await sandbox('pod2')).toBe('pod2')
  })
  it('may be shortened as long as it fits one', async () => {
    const { container, sandbox } = await asker()
    expect(await container('longe')).toBe('longest')
    expect(await sandbox('qu')).toBe('quite')
  })
  it('is refused where it fits several, which are named', async () => {
    const { noContainer, noSandbox } = await asker()
    expect(await noContainer('ab')).toEqual({
      code: status.UNKNOWN,
      details: 'container "ab": 2 ids begin like that: abc1, abc2',
    })
    expect(await noSandbox('po')).toEqual({
      code: status.UNKNOWN,
      details: 'sandbox "po": 2 ids begin like that: pod1, pod2',
    })
  })
  it('is refused where it is empty', async () => {
    const { noContainer, noSandbox } = await asker()
    expect(await noContainer('')).toEqual({
      code: status.UNKNOWN,
      details: 'container "": an id must not be empty',
    })
    expect(await noSandbox('')).toMatchObject({ code: status.UNKNOWN })
  })
  it('is not found where nothing has it, in the words that the kubelet looks for', async () => {
    const { noContainer, noSandbox } = await asker()
    expect(await noContainer('x')).toEqual({
      code: status.NOT_FOUND,
      details: 'an error occurred when try to find container "x": not found',
    })
    expect(await noSandbox('abc1')).toEqual({
      code: status.NOT_FOUND,
      details: 'an error occurred when try to find sandbox "abc1": not found',
    })
  })
  it('is not known yet before the node was first recovered', async () => {
    const { node, container, noSandbox } = await asker()
    node.set({ recoveredAt: null, progress: { done: 4, total: 7 } })
    expect(await noSandbox('x')).toEqual({
      code: status.UNAVAILABLE,
      details: 'sandbox "x": not known yet, recovering (4 of 7)',
    })
    expect(await container('b')).toBe('b')
  })
})
