/**
 * SELinux levels of process labels, counted by user: a level (`s0:c1,c2`) is reserved with its first user and free
 * again with its last (reference: store/label).
 */
export type Levels = ReadonlyMap<string, number>

export const NO_LEVELS: Levels = new Map()

/** The level of a label `user:role:type:level`; null where it has none, so nothing is to be counted. */
export const levelOf = (label: string): string | null => {
  const level = label.split(':').slice(3).join(':')
  return level === '' ? null : level
}

/** One user more. `fresh`: the level was not in use before and is to be reserved. */
export const reserveLevel = (
  levels: Levels,
  label: string,
): { readonly levels: Levels; readonly fresh: boolean } => {
  const level = levelOf(label)
  if (level === null) return { levels, fresh: false }
  const users = levels.get(level) ?? 0
  return { levels: new Map(levels).set(level, users + 1), fresh: users === 0 }
}

/** One user less. `freed`: nobody uses the level any more. Releasing what nobody holds changes nothing. */
export const releaseLevel = (
  levels: Levels,
  label: string,
): { readonly levels: Levels; readonly freed: boolean } => {
  const level = levelOf(label)
  const users = level === null ? 0 : (levels.get(level) ?? 0)
  if (level === null || users === 0) return { levels, freed: false }
  const rest = new Map(levels)
  if (users === 1) rest.delete(level)
  else rest.set(level, users - 1)
  return { levels: rest, freed: users === 1 }
}
