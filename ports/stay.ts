import type { ContainerSeen, ImageSeen } from '../core/observation.js'
import type { SandboxItem } from '../core/sandbox-plan.js'
import type { LogIo } from './io.js'
import type { RecoveredContainer, RecoveredSandbox } from './recovered.js'

/** What a recovery is given by somebody who stays. Whoever leaves gives none: nothing is piped, nobody waits. */
export interface Stay {
  readonly io: LogIo
  /** How long the pipes of a task that has ended may take to come to their end, in ms */
  readonly drainMs: number
  /** Only the first recovery removes orphans: later ones follow a connection that broke, not a start */
  readonly removesOrphans: boolean
  /** A container as it is remembered, where that is more than its file says */
  readonly recall: (seen: ContainerSeen) => ContainerSeen
  /** Writes down what is remembered and not yet on disk; why that is not possible, or null */
  readonly flush: (id: string) => Promise<string | null>
  /** Told of each item once it is recovered; a watch that came with it is the hearer's from then on */
  readonly container: (recovered: RecoveredContainer) => void
  readonly sandbox: (item: SandboxItem, recovered: RecoveredSandbox) => void
  readonly images: (images: readonly ImageSeen[]) => void
}

/** What one container's recovery needs of it. */
export type Company = Pick<Stay, 'io' | 'drainMs' | 'flush'>
