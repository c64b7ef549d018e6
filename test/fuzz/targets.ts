import { CONTAINERD } from './of-containerd.js'
import { OF_FILES } from './of-files.js'
import { OF_JSON } from './of-json.js'
import { OF_KERNEL } from './of-kernel.js'
import { OF_LOGS } from './of-logs.js'
import { OF_METADATA } from './of-metadata.js'
import { NAMES } from './of-names.js'
import { OF_TTRPC } from './of-ttrpc.js'
import { WORLD } from './of-world.js'
import type { Target } from './target.js'

/** Every decoder that takes bytes from outside. */
export const TARGETS: readonly Target[] = [
  ...OF_JSON,
  ...OF_METADATA,
  NAMES,
  WORLD,
  ...OF_LOGS,
  ...OF_TTRPC,
  CONTAINERD,
  ...OF_FILES,
  ...OF_KERNEL,
]
