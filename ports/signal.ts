/**
 * The part of an AbortSignal that a port needs. An AbortSignal fits as it is; naming only this part keeps the
 * ports free of Node's and the browser's types.
 */
export interface Signal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
