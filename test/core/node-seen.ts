import { NOW } from '../../adapters/fast-check/seen.js'
import type { NodeSeen } from '../../core/observation.js'

/** A node with nothing on it but this, as it was seen. */
export const nodeWith = (own: Partial<NodeSeen>): NodeSeen => ({
  now: NOW,
  version: '2.1.9',
  containers: [],
  sandboxes: [],
  stored: [],
  images: [],
  bases: [],
  tasks: [],
  ...own,
})
