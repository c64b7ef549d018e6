import { type ContainerState, type Status, stateOf } from './status.js'

/** A status as the CRI shows it. */
export interface CriView {
  readonly state: ContainerState
  /** ns since 1970 */
  readonly createdAt: bigint
  readonly startedAt: bigint
  readonly finishedAt: bigint
  readonly reason: string
}

/**
 * What the CRI shows of a status: an exit without a reason gets one (reference: toCRIContainerStatus). Times that the
 * state does not call for are 0 already, for the state is told by them. A creation that the status does not know is the
 * record's: clients refuse a container that was never created.
 *
 * @param recordedAt - when the container's record was made, ns since 1970
 */
export const criView = (status: Status, recordedAt = 0n): CriView => {
  const state = stateOf(status)
  const exitReason = status.exitCode === 0 ? 'Completed' : 'Error'
  return {
    state,
    createdAt: status.createdAt === 0n ? recordedAt : status.createdAt,
    startedAt: status.startedAt,
    finishedAt: status.finishedAt,
    reason: state === 'CONTAINER_EXITED' && status.reason === '' ? exitReason : status.reason,
  }
}
