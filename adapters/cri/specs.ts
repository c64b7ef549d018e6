import { isLeft, isRight } from 'fp-ts/lib/Either.js'
import { type SpecFacts, specFacts } from '../../core/cri-spec.js'
import type { Service } from '../../ports/service.js'
import type { Signal } from '../../ports/signal.js'

/** What is in OCI specs, asked of containerd once for each: they are large, and their answer does not change. */
export interface Specs {
  /** null: containerd does not tell, or there is no spec that can be read */
  readonly of: (id: string, signal: Signal) => Promise<SpecFacts | null>
}

/** How many more may be kept than there are containers: those of containers that went away. */
const SLACK = 256

export const specs = (service: Service): Specs => {
  const known = new Map<string, SpecFacts>()
  const forget = (): void => {
    const { containers, sandboxes } = service.node()
    if (known.size <= containers.size + sandboxes.size + SLACK) return
    for (const id of known.keys()) if (!containers.has(id) && !sandboxes.has(id)) known.delete(id)
  }
  return {
    of: async (id, signal) => {
      const before = known.get(id)
      if (before !== undefined) return before
      const detail = await service.detail(id, signal)()
      if (isLeft(detail)) return null
      const facts = specFacts(detail.right.spec)
      if (!isRight(facts)) return null
      forget()
      known.set(id, facts.right)
      return facts.right
    },
  }
}
