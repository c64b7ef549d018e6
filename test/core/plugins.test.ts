import { describe, expect, it } from 'vitest'
import { isCriLive } from '../../core/plugins.js'

const plugin = { type: 'io.containerd.grpc.v1', id: 'cri', error: null }

describe('containerd’s own CRI plugin', () => {
  it('is live where it is listed without an error', () =>
    expect(isCriLive([{ ...plugin, id: 'tasks' }, plugin])).toBe(true))
  it.each([
    [],
    [{ ...plugin, error: 'no network config' }],
    [{ ...plugin, error: '' }],
    [{ ...plugin, id: 'images' }],
    [{ ...plugin, type: 'io.containerd.cri.v1' }],
  ])('is not live otherwise (%#)', (...plugins) => expect(isCriLive(plugins)).toBe(false))
})
