import type { Report } from '../../core/report.js'
import type { Ports } from '../../ports/ports.js'
import { type Options, recoverNode } from '../../ports/recover.js'
import type { RecoveredContainer } from '../../ports/recovered.js'
import type { SimulatedNode } from '../memory/index.js'
import { rightOf } from './either.js'

/** What a recovery handed over to somebody who stayed, and remembers nothing from before. */
export interface Handed {
  readonly report: Report
  readonly containers: readonly RecoveredContainer[]
  readonly close: () => void
}

/** Recovers as one who stays: what it watches goes on until it is closed. */
export const recoverStaying = async (
  options: Options,
  node: SimulatedNode,
  ports: Ports = node.ports,
): Promise<Handed> => {
  const containers: RecoveredContainer[] = []
  const watches: { close(): void }[] = []
  const hold = ({ watch }: { readonly watch: { close(): void } | null }): void => {
    if (watch !== null) watches.push(watch)
  }
  const report = await recoverNode(options, {
    io: node.servePorts.io,
    drainMs: options.timeoutMs / 2,
    removesOrphans: true,
    recall: (seen) => seen,
    flush: async () => null,
    container: (container) => {
      hold(container)
      containers.push(container)
    },
    sandbox: (_, sandbox) => hold(sandbox),
    images: () => undefined,
  })(ports)()
  return {
    report: rightOf(report),
    containers,
    close: () => {
      for (const watch of watches) watch.close()
    },
  }
}
