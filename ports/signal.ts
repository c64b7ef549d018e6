/**
 * The part of an AbortSignal that a port needs. An AbortSignal fits as it is; naming only this part keeps the
 * ports free of Node's and the browser's types.
 */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A signal and the switch that it belongs to. */
export interface Switch {
  readonly signal: Signal
  readonly off: () => void
}

/** A signal of our own: ports know no AbortController. */
export const newSwitch = (): Switch => {
  const listeners = new Set<() => void>()
  let aborted = false
  const signal: Signal = {
    get aborted() {
      return aborted
    },
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  }
  return {
    signal,
    off: () => {
      aborted = true
      for (const listener of [...listeners]) listener()
    },
  }
}
