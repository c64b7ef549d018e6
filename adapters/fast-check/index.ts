/**
 * The testkit: what a node may be, what must hold whatever it is, and a node in memory to try it on. For who writes an
 * adapter, or links the core: a few lines prove it. vitest runs the contract suites; the rest needs fast-check only.
 */

export type {
  CrashWhen,
  Ended,
  Fault,
  FileEntry,
  Options as NodeOptions,
  SimulatedNode,
  World,
  WorldSandbox,
} from '../memory/index.js'
export { emptyWorld, parseWorld, printWorld, simulate } from '../memory/index.js'
export * from './arbitraries/answers.js'
export * from './arbitraries/checkpoints.js'
export * from './arbitraries/metadata.js'
export * from './arbitraries/names.js'
export * from './arbitraries/nodes.js'
export * from './arbitraries/observations.js'
export * from './arbitraries/records.js'
export { tellNode } from './arbitraries/tell.js'
export * from './arbitraries/values.js'
export * from './contract/checkpoint-store.js'
export * from './contract/checkpoints.js'
export * from './contract/containerd.js'
export * from './contract/directories.js'
export * from './contract/events.js'
export type { FilesFixture, MakeFiles, Placed } from './contract/files.js'
export * from './contract/host.js'
export * from './contract/io.js'
export * from './contract/logs.js'
export * from './contract/shims.js'
export * from './contract/snapshots.js'
export * from './contract/stats.js'
export type { Evidence, Run } from './laws/evidence.js'
export { recoverTwice } from './laws/evidence.js'
export { EXCUSES, isExcused } from './laws/excused.js'
export { breachesOn, lawful, type Subject } from './laws/lawful.js'
export { orderless } from './laws/orderless.js'
export { LAWS, type Law } from './laws/predicates.js'
export { plainly, type Wiring } from './laws/recorded.js'
export { containerRecord, sandboxRecord } from './records.js'
export { CHECKPOINTS, CLOCKS, STORAGE, TASKS, worldOf, worldsOf } from './worlds.js'
