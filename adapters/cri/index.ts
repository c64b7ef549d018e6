/** The read side of the CRI, `runtime.v1`, over what a serving node knows. */
export { PHASE_TRAILER } from './calls.js'
export { type CriOptions, type CriServer, criServer } from './server.js'
