import type { World } from '../memory/index.js'

const KIND = 'io.cri-containerd.kind'

/** The ids of all records of a kind. */
export const idsOf = ({ containers }: World, kind: 'container' | 'sandbox'): readonly string[] =>
  containers.filter(({ labels }) => labels.get(KIND) === kind).map(({ id }) => id)
