export type { ShimOptions } from './ask.js'
export { shimState } from './state.js'
export { openStream } from './stream.js'
export { shimWatch } from './watch.js'
