import type { Lab } from '../lab/lab.js'
import type { LabContainer, Pod, PodOptions } from '../lab/pods.js'

/** A container on its way into the twins: with its first process's pid, 0 where it was not running. */
export type Victim = LabContainer & { readonly pid: number }

export type Disturbance = (lab: Lab, victim: Victim) => Promise<void>

/** What the CRI shows, on all release lines or on each. */
export type Shows = string | { readonly '1.6': string; readonly '1.7': string; readonly '2.1': string }

/** From 1.7 on, containerd reaps a stopped task when it starts; 1.6 still knows its exit. */
export const reaped = (before: string, after: string): Shows => ({
  '1.6': before,
  '1.7': after,
  '2.1': after,
})

/** One container of the twin test: what it was, what was done to it, what containerd's CRI shows of it then. */
export interface Row {
  readonly is: string
  readonly from: 'running' | 'created' | 'exited'
  /** By default the pod that nothing is done to */
  readonly pod?: string
  /** While containerd runs with its CRI plugin */
  readonly before?: Disturbance
  /** While there is no containerd */
  readonly down?: Disturbance
  /** While containerd runs without its CRI plugin */
  readonly without?: Disturbance
  readonly shows: Shows
}
export type OnPod = (lab: Lab, pod: Pod, pid: number) => Promise<void>

/** One pod of the twin test, as the rows of its containers are. */
export interface PodRow {
  readonly is: string
  readonly name: string
  readonly options?: PodOptions
  readonly before?: OnPod
  readonly down?: OnPod
  readonly without?: OnPod
  readonly shows: Shows
}

export const LOST = 'EXITED 255 Unknown'
export const DOUBT = 'UNKNOWN 255 Unknown'
export const UNLISTED = 'not listed'
