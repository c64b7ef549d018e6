import type { NamedWorld } from '../worlds.js'

/** Where a law is known not to hold, and why. What is not listed must hold; what is listed must still be needed. */
interface Excuse {
  readonly why: string
  readonly laws: readonly string[]
  readonly fits: (task: string, world: NamedWorld) => boolean
}

export const EXCUSES: readonly Excuse[] = [
  {
    why: 'what was done and not heard of is found the second time, and what waited for it goes on',
    laws: ['L3'],
    fits: (task, { storage }) => storage === 'writes unheard' || task === 'stopped, deleted unheard',
  },
  {
    why: 'to undo a start takes two steps: between the kill and the delete it looks like a start that ended',
    laws: ['L3'],
    fits: (task, { checkpoint }) =>
      (task === 'created, not deleted' || task === 'created, wait broken') && checkpoint === 'created',
  },
  {
    why: 'where a checkpoint could not be read this once, the task is believed, in memory only',
    laws: ['L4'],
    fits: (_task, { storage }) => storage === 'does not read',
  },
]

export const isExcused = (law: string, task: string, world: NamedWorld): boolean =>
  EXCUSES.some(({ laws, fits }) => laws.includes(law) && fits(task, world))
