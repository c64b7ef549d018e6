import { BROKEN } from './checkpoints/broken.js'
import { FUTURE } from './checkpoints/future.js'
import { TOO_LARGE } from './checkpoints/huge.js'
import { KINDS_IN_PLACE } from './checkpoints/kinds.js'
import { MISSING } from './checkpoints/missing.js'
import { DOWN } from './containerd/down.js'
import { HUNG } from './containerd/hung.js'
import { RESTARTED } from './containerd/restarted.js'
import type { Fault } from './fault.js'
import { NAMES_TWICE } from './records/names.js'
import { SPOILT_RECORDS } from './records/spoilt.js'
import { DELETED } from './shims/deleted.js'
import { KILLED } from './shims/killed.js'
import { STOPPED } from './shims/stopped.js'

/** F1 to F13. */
export const FIRST: readonly Fault[] = [
  DOWN,
  HUNG,
  STOPPED,
  KILLED,
  DELETED,
  RESTARTED,
  MISSING,
  BROKEN,
  FUTURE,
  TOO_LARGE,
  KINDS_IN_PLACE,
  SPOILT_RECORDS,
  NAMES_TWICE,
]
