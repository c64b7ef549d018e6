export { type ShimOptions, shimState } from './state.js'
