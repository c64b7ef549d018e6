import type { Host } from './host.js'

/** A line that is written over; only for a terminal, and gone when all is done. */
export interface Progress {
  readonly tell: (done: number, total: number) => void
  readonly clear: () => void
}

const ERASE = '\r\u001b[K'
const EVERY = 100_000_000n

export const progressOn = (host: Host): Progress => {
  if (!host.errIsTerminal) return { tell: () => undefined, clear: () => undefined }
  let last = 0n
  let shown = false
  return {
    tell: (done, total) => {
      const now = host.now()
      if (now - last < EVERY) return
      last = now
      shown = true
      host.err(`${ERASE}${done}/${total}`)
    },
    clear: () => {
      if (shown) host.err(ERASE)
    },
  }
}
