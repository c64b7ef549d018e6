import { type ContainerState, type Status, stateOf } from './status.js'

/** A status as the CRI shows it. */
export interface CriView {
  readonly state: ContainerState
  readonly startedAt: bigint
  readonly finishedAt: bigint
  readonly reason: string
}

/**
 * What the CRI shows of a status: an exit without a reason gets one, and times that the state does not call for are 0
 * (reference: toCRIContainerStatus).
 */
export const criView = (status: Status): CriView => {
  const state = stateOf(status)
  const exitReason = status.exitCode === 0 ? 'Completed' : 'Error'
  return {
    state,
    startedAt: state === 'CONTAINER_CREATED' ? 0n : status.startedAt,
    finishedAt: state === 'CONTAINER_CREATED' || state === 'CONTAINER_RUNNING' ? 0n : status.finishedAt,
    reason: state === 'CONTAINER_EXITED' && status.reason === '' ? exitReason : status.reason,
  }
}
