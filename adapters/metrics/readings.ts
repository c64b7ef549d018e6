import { type ContainerState, stateOf } from '../../core/status.js'
import type { Phase, ServedCounts, ServedNode } from '../../ports/service.js'

/** What is measured of a serving node, in Prometheus' base units. No label tells one container from another. */

interface Named {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
}

/** One number; null: nothing to tell yet. */
interface Whole extends Named {
  readonly read: (node: ServedNode, counts: ServedCounts) => number | null
}

/** A number for each value of a label. */
interface Split extends Named {
  readonly label: string
  readonly readEach: (node: ServedNode) => ReadonlyMap<string, number>
}

export type Reading = Whole | Split

const CONTAINER_STATES: readonly ContainerState[] = [
  'CONTAINER_CREATED',
  'CONTAINER_RUNNING',
  'CONTAINER_EXITED',
  'CONTAINER_UNKNOWN',
]
const SANDBOX_STATES = ['SANDBOX_READY', 'SANDBOX_NOTREADY', 'SANDBOX_UNKNOWN']
const PHASES: readonly Phase[] = ['starting', 'recovering', 'serving', 'cut-off', 'stopping']

/** As a label has it: `running`. */
export const stateWord = (state: string): string => state.replace(/^(?:CONTAINER|SANDBOX)_/, '').toLowerCase()

/** A state that nothing is in is 0, not missing: a rule over a series that is not there never fires. */
const countsOf = (states: readonly string[], found: Iterable<string>): ReadonlyMap<string, number> => {
  const sums = new Map(states.map((state) => [stateWord(state), 0]))
  for (const state of found) sums.set(stateWord(state), (sums.get(stateWord(state)) ?? 0) + 1)
  return sums
}

const containerStates = ({ containers }: ServedNode): readonly ContainerState[] =>
  [...containers.values()].map(({ status }) => stateOf(status))

const unwatched = ({ containers }: ServedNode): number =>
  [...containers.values()].filter(
    ({ status, watched }) => !watched && stateOf(status) === 'CONTAINER_RUNNING',
  ).length

export const READINGS: readonly Reading[] = [
  {
    name: 'cri_recover_containers',
    help: 'Containers by state.',
    type: 'gauge',
    label: 'state',
    readEach: (node) => countsOf(CONTAINER_STATES, containerStates(node)),
  },
  {
    name: 'cri_recover_sandboxes',
    help: 'Pod sandboxes by state.',
    type: 'gauge',
    label: 'state',
    readEach: ({ sandboxes }) =>
      countsOf(
        SANDBOX_STATES,
        [...sandboxes.values()].map(({ state }) => state),
      ),
  },
  {
    name: 'cri_recover_images',
    help: 'Images that are known.',
    type: 'gauge',
    read: ({ images }) => images.size,
  },
  {
    name: 'cri_recover_unwatched_containers',
    help: 'Running containers whose exit nobody waits for.',
    type: 'gauge',
    read: unwatched,
  },
  {
    name: 'cri_recover_phase',
    help: 'What is being done: 1 for the phase, 0 for the others. cut-off: containerd is gone, its shims are asked.',
    type: 'gauge',
    label: 'phase',
    readEach: ({ phase }) => new Map(PHASES.map((each) => [each, each === phase ? 1 : 0])),
  },
  {
    name: 'cri_recover_recovered',
    help: 'Whether the node has been recovered since the start: 0 or 1.',
    type: 'gauge',
    read: ({ recoveredAt }) => (recoveredAt === null ? 0 : 1),
  },
  {
    name: 'cri_recover_recovery_duration_seconds',
    help: 'How long the last recovery took.',
    type: 'gauge',
    read: (_node, { recoveryMs }) => (recoveryMs === null ? null : recoveryMs / 1000),
  },
  {
    name: 'cri_recover_reconnects_total',
    help: 'How often containerd was gone and came back.',
    type: 'counter',
    read: (_node, { reconnects }) => reconnects,
  },
  {
    name: 'cri_recover_backoff_depth',
    help: 'Containers that wait for another try.',
    type: 'gauge',
    read: (_node, { backoff }) => backoff.depth,
  },
  {
    name: 'cri_recover_backoff_longest_seconds',
    help: 'The longest pause before another try.',
    type: 'gauge',
    read: (_node, { backoff }) => backoff.longestMs / 1000,
  },
  {
    name: 'cri_recover_checkpoint_write_errors_total',
    help: 'Checkpoints that could not be written.',
    type: 'counter',
    read: (_node, { checkpointErrors }) => checkpointErrors,
  },
  {
    name: 'cri_recover_log_bytes_total',
    help: 'What containers wrote to their logs, without times, tags and newlines.',
    type: 'counter',
    read: (_node, { log }) => Number(log.bytes),
  },
  {
    name: 'cri_recover_log_lines_total',
    help: 'Lines that containers wrote to their logs.',
    type: 'counter',
    read: (_node, { log }) => Number(log.lines),
  },
  {
    name: 'cri_recover_log_write_errors_total',
    help: 'Writes to a log that failed.',
    type: 'counter',
    read: (_node, { log }) => Number(log.writeErrors),
  },
  {
    name: 'cri_recover_log_lost_bytes_total',
    help: 'What containers wrote and no log took.',
    type: 'counter',
    read: (_node, { log }) => Number(log.lostBytes),
  },
]
