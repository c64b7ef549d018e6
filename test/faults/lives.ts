/** What stands on a node when a fault befalls it: the same words for the simulated node and for real ones. */

/** `ended`: with that code while nobody looked, so its task still knows; `exited`: its checkpoint knows too. */
export type Life =
  | 'created'
  | 'running'
  | { readonly ended: number; readonly exited?: never }
  | { readonly exited: number; readonly ended?: never }

/** Pods by name, and in each its containers by name; no name twice. */
export type Pods = Readonly<Record<string, Readonly<Record<string, Life>>>>

export const podNames = (pods: Pods): readonly string[] => Object.keys(pods)

/** Every container with its pod, in the order in which they are written down. */
export const livesOf = (pods: Pods): readonly (readonly [name: string, pod: string, life: Life])[] =>
  Object.entries(pods).flatMap(([pod, lives]) =>
    Object.entries(lives).map(([name, life]) => [name, pod, life] as const),
  )

/** One of each kind, in one pod: what most faults befall. */
export const ONE_POD = {
  pod: { web: 'running', idle: 'created', job: { ended: 7 } },
} as const satisfies Pods

/** The name of a directory that belongs to nobody: a recovery that may remove anything removes it. */
export const ORPHAN = 'old'
