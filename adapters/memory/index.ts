export type { CallName, CallPattern, FaultCall } from './calls.js'
export { decodeWorld, encodeWorld, parseWorld, printWorld } from './document.js'
export type { FaultSpec } from './faults.js'
export type { Call, CrashWhen, Moment } from './intercept.js'
export type { Pipes } from './log-io.js'
export { type Ended, type Options, type SimulatedNode, simulate } from './node.js'
export type {
  Blob,
  Fault,
  FileBody,
  FileEntry,
  Netns,
  OomKills,
  Place,
  Unpacked,
  World,
  WorldDetail,
  WorldSandbox,
} from './world.js'
export { DEFAULT_CONTAINERD, DEFAULT_ROOT, DEFAULT_STATE, emptyWorld } from './world.js'
