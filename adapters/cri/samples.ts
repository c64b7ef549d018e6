import { type CpuSample, nanoCores } from '../../core/cri-usage.js'
import type { ServedNode } from '../../ports/service.js'
import type { CgroupUsage } from '../../ports/stats.js'

/** The last CPU sample of each container and pod. Kept, for a rate needs two. */
export interface Samples {
  readonly take: (
    id: string,
    usage: CgroupUsage,
  ) => { readonly sample: CpuSample; readonly rate: bigint } | null
}

/** How many more may be kept than there are containers and pods: those of what went away. */
const SLACK = 256

export const samples = (node: () => ServedNode): Samples => {
  const last = new Map<string, CpuSample>()
  const forget = (): void => {
    const { containers, sandboxes } = node()
    if (last.size <= containers.size + sandboxes.size + SLACK) return
    for (const id of last.keys()) if (!containers.has(id) && !sandboxes.has(id)) last.delete(id)
  }
  return {
    take: (id, { at, cpuNanoseconds }) => {
      if (cpuNanoseconds === null) return null
      const before = last.get(id) ?? null
      // A clock that stands still or steps back: clients take the same time twice for an error.
      const sample = { at: before === null || at > before.at ? at : before.at + 1n, used: cpuNanoseconds }
      forget()
      last.set(id, sample)
      return { sample, rate: nanoCores(before, sample) }
    },
  }
}
