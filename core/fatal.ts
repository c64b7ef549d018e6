import type { Conflict } from './names.js'
import type { BaseSeen } from './observation.js'
import type { Fatal } from './report.js'
import type { SandboxItem } from './sandbox-plan.js'

/** What ends a recovery, and keeps the service from starting (reference: every error that recover returns). */

export const conflictFatal = (
  kind: 'sandbox' | 'container',
  conflicts: readonly Conflict[],
): Fatal | null => {
  const [first] = conflicts
  return first === undefined
    ? null
    : {
        stage: kind === 'sandbox' ? 'sandboxes' : 'containers',
        message: `the ${kind} name ${first.name} is reserved for ${first.winner}, and ${first.loser} claims it too`,
      }
}

/** Two records whose metadata carry the same id: adding the second to the store fails (reference: containerStore.Add). */
export const duplicateFatal = (
  kind: 'sandbox' | 'container',
  items: readonly { readonly id: string; readonly metadata: { readonly id: string } | null }[],
): Fatal | null => {
  const seen = new Map<string, string>()
  for (const { id, metadata } of items) {
    if (metadata === null) continue
    const other = seen.get(metadata.id)
    if (other !== undefined)
      return {
        stage: kind === 'sandbox' ? 'sandboxes' : 'containers',
        message: `the ${kind} records ${other} and ${id} both say that they are ${metadata.id}`,
      }
    seen.set(metadata.id, id)
  }
  return null
}

export const storedFatal = (items: readonly SandboxItem[]): Fatal | null => {
  for (const { origin, id, metadataProblem } of items)
    if (origin === 'store' && metadataProblem !== null && metadataProblem.why !== 'missing')
      return {
        stage: 'stored sandboxes',
        message: `the metadata of the stored sandbox ${id} cannot be read: ${metadataProblem.detail}`,
      }
  return null
}

export const baseFatal = (bases: readonly BaseSeen[]): Fatal | null => {
  for (const { path, entries } of bases)
    if (typeof entries === 'string')
      return { stage: 'orphans', message: `${path} cannot be read: ${entries}` }
  return null
}

/** The first that holds, in the order of the stages. */
export const firstFatal = (...fatals: readonly (() => Fatal | null)[]): Fatal | null => {
  for (const fatal of fatals) {
    const found = fatal()
    if (found !== null) return found
  }
  return null
}
