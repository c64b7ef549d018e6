import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { patiently } from '../../../adapters/filesystem/patience.js'
import { NEVER } from './support.js'

const failing = (code: string, times: number) => {
  const seen = { tries: 0 }
  const work = async () => {
    if (seen.tries++ < times) throw Object.assign(new Error(code), { code })
  }
  return { seen, work }
}

describe('patience with what is busy', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tries again every 100 ms until it is not', async () => {
    const { seen, work } = failing('EBUSY', 3)
    const trying = patiently(NEVER, work)
    await vi.advanceTimersByTimeAsync(299)
    expect(seen.tries).toBe(3)
    await vi.advanceTimersByTimeAsync(1)
    await trying
    expect(seen.tries).toBe(4)
  })

  it('ends after 50 tries', async () => {
    const { seen, work } = failing('EBUSY', 1000)
    const trying = expect(patiently(NEVER, work)).rejects.toThrow('EBUSY')
    await vi.advanceTimersByTimeAsync(60_000)
    await trying
    expect(seen.tries).toBe(50)
  })

  it('is for nothing else', async () => {
    const { seen, work } = failing('EPERM', 1000)
    await expect(patiently(NEVER, work)).rejects.toThrow('EPERM')
    expect(seen.tries).toBe(1)
  })

  it('ends at once when it is given up', async () => {
    const { seen, work } = failing('EBUSY', 1000)
    const controller = new AbortController()
    const trying = expect(patiently(controller.signal, work)).rejects.toThrow('given up')
    await vi.advanceTimersByTimeAsync(150)
    controller.abort()
    await trying
    expect(seen.tries).toBe(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
