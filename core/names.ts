import * as string from 'fp-ts/lib/string.js'

/** Names: one belongs to one id, and an id has one (reference: registrar). */

export interface Claim {
  readonly id: string
  readonly name: string
  /** Whether something live stands behind it */
  readonly live: boolean
  /** ns since 1970 */
  readonly createdAt: bigint
}

export interface Conflict {
  readonly name: string
  readonly winner: string
  readonly loser: string
}

const order = (a: Claim, b: Claim): number => {
  if (a.live !== b.live) return a.live ? -1 : 1
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return string.Ord.compare(a.id, b.id)
}

/**
 * Who gets which name where several claim it: live first, then older, then the smaller id (L8), whatever the order
 * of the claims. Claiming the same name for the same id twice is no conflict.
 */
export const conflictsOf = (claims: readonly Claim[]): readonly Conflict[] => {
  const holder = new Map<string, string>()
  const conflicts: Conflict[] = []
  for (const { name, id } of [...claims].sort(order)) {
    const winner = holder.get(name)
    if (winner === undefined) holder.set(name, id)
    else if (winner !== id) conflicts.push({ name, winner, loser: id })
  }
  return conflicts
}
