import { once } from 'node:events'
import { status } from '@grpc/grpc-js'
import { service as Health } from 'grpc-health-check'
import { describe, expect, it } from 'vitest'
import { RuntimeServiceService as Cri } from '../../../adapters/cri/gen/runtime/v1/services.js'
import { setup } from './client.js'

const method = (name: 'Check' | 'Watch') => {
  const found = Health[name]
  if (found === undefined) throw new Error(`health has no ${name}`)
  return found
}

const SERVICES = ['', 'runtime.v1.RuntimeService', 'runtime.v1.ImageService']

describe('the health of the server', () => {
  it('is told for the whole, and for each service', async () => {
    const { ask } = await setup()
    for (const service of SERVICES)
      expect(await ask(method('Check'), { service })).toEqual({ status: 'SERVING' })
  })
  it('is not told for a service that is not there', async () => {
    const { refused } = await setup()
    expect(await refused(method('Check'), { service: 'other' })).toMatchObject({ code: status.NOT_FOUND })
  })
  it.each([
    ['starting', null, 'NOT_SERVING'],
    ['recovering', null, 'NOT_SERVING'],
    ['recovering', 1n, 'SERVING'],
    ['serving', 1n, 'SERVING'],
    ['cut-off', 1n, 'SERVING'],
    ['stopping', 1n, 'NOT_SERVING'],
  ] as const)('while %s, first recovered at %s, is %s', async (phase, recoveredAt, expected) => {
    const { ask, node } = await setup()
    node.set({ phase, recoveredAt })
    for (const service of SERVICES)
      expect(await ask(method('Check'), { service })).toEqual({ status: expected })
  })
  it('is that of the node which the server begins with', async () => {
    const { ask } = await setup({}, (service) => ({
      ...service,
      node: () => ({ ...service.node(), recoveredAt: null }),
    }))
    expect(await ask(method('Check'), { service: '' })).toEqual({ status: 'NOT_SERVING' })
  })
})

describe('who watches the health', () => {
  it('is told of a change, though nobody asks', async () => {
    const { stream, node } = await setup()
    const watch = stream(method('Watch'), { service: 'runtime.v1.RuntimeService' })
    watch.on('error', () => {})
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVING' }])
    node.set({ recoveredAt: null })
    expect(await once(watch, 'data')).toEqual([{ status: 'NOT_SERVING' }])
    node.set({ recoveredAt: 1n })
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVING' }])
  })
  it('is not told what it knows', async () => {
    const { stream, ask, node } = await setup()
    const watch = stream(method('Watch'), { service: '' })
    const told: unknown[] = []
    watch.on('error', () => {}).on('data', (answer) => told.push(answer))
    await once(watch, 'data')
    await ask(Cri.version, { version: '' })
    node.set({ phase: 'stopping' })
    await ask(Cri.version, { version: '' })
    while (told.length < 2) await once(watch, 'data')
    expect(told).toEqual([{ status: 'SERVING' }, { status: 'NOT_SERVING' }])
  })
  it('is told that the server ends', async () => {
    const { stream, server, node } = await setup()
    const watch = stream(method('Watch'), { service: '' })
    watch.on('error', () => {})
    await once(watch, 'data')
    node.set({ phase: 'stopping' })
    const told = once(watch, 'data')
    const closed = server.close(100)
    expect(await told).toEqual([{ status: 'NOT_SERVING' }])
    await closed
  })
})
