/**
 * Where `safe` differs from `reference`, and why. The ids are fixed names that others build on. What is not listed
 * here is the same in both profiles; a test compares every cell.
 */
interface Deviation {
  readonly does: string
  readonly because: string
  /** The reports that asked for it. */
  readonly askedFor: string
}

const LIST = {
  'name-conflict': {
    does: 'parks the loser of a name conflict, and starts',
    because: 'one name taken twice keeps the whole service from starting',
    askedFor: 'containerd #7247, #6095, #13609',
  },
  'write-failed': {
    does: 'keeps a container listed whose checkpoint cannot be written, and says that it is not durable',
    because: 'a full disk hides containers that run',
    askedFor: 'containerd #11504',
  },
  'directory-missing': {
    does: 'keeps a container listed whose directory is gone, and makes the directory',
    because: 'a container that is not listed cannot be removed',
    askedFor: 'containerd #11646',
  },
  paused: {
    does: 'takes a paused or pausing container for running and watches it; does not kill a paused sandbox',
    because: 'a pause is no doubt, and killing a sandbox kills its pod',
    askedFor: 'containerd #11281',
  },
  'truth-learnt': {
    does: 'believes a running or stopped task beside a checkpoint that cannot be read',
    because: 'the task knows, and the next restart of the reference believes it anyway',
    askedFor: 'containerd #3873, #8647',
  },
  'first-exit': {
    does: 'does not overwrite an exit that is on record',
    because: 'whoever acted on the first record would be told another story',
    askedFor: '',
  },
  'no-exit-time': {
    does: 'takes now for the exit time of a stopped task that has none',
    because: 'an exit time of 0 reads as running after the next restart',
    askedFor: '',
  },
  'exited-pid': {
    does: 'clears the pid of a container that exited',
    because: 'the kernel gives the number to somebody else',
    askedFor: '',
  },
  'lost-exit': {
    does: 'says in the message that an exit was lost, and in which span of time it lies',
    because: '255 looks like an exit code of the program',
    askedFor: 'moby #45788, cilium #48739',
  },
  'metadata-unreadable': {
    does: 'shows what has no readable metadata as unknown, with its directories kept; a sandbox’s is taken from the sandbox store where that has it',
    because: 'a container that is not listed is forgotten',
    askedFor: '',
  },
  'stored-without-metadata': {
    does: 'reports and keeps a stored sandbox that has no metadata',
    because: 'recovery deletes no record that it cannot read',
    askedFor: 'containerd #10848',
  },
  'stored-names': {
    does: 'reserves the names of stored sandboxes',
    because: 'a second sandbox of the same name could be made beside it',
    askedFor: '',
  },
  'controller-forgot': {
    does: 'takes "not found" from a sandbox controller for doubt, and watches the sandbox',
    because: 'a controller that has just restarted has forgotten, which is no absence',
    askedFor: '',
  },
  'unknown-watched': {
    does: 'watches a live task in doubt, and does not kill it',
    because: 'its exit is the proof that ends the doubt',
    askedFor: '',
  },
  'duplicate-id': {
    does: 'keeps two records whose metadata carry one id, each under its own, and says so',
    because: 'one damaged record keeps the whole service from starting',
    askedFor: '',
  },
  'pipes-gone': {
    does: 'takes a task whose log pipes are gone for what it is, and says that its log is lost',
    because: 'a container is not in doubt because its log is',
    askedFor: '',
  },
  'clock-behind': {
    does: 'sets no time before one that is known to be earlier',
    because: 'a clock that was set back would otherwise put the start before the creation',
    askedFor: '',
  },
  'oom-named': {
    does: 'names an exit with 137 after its cgroup, where that counted a kill for want of memory',
    because: 'whoever restarts it must know that it needs more memory, whether or not the event was heard',
    askedFor: '',
  },
} as const satisfies Readonly<Record<string, Deviation>>

export type DeviationId = keyof typeof LIST

export const DEVIATIONS: Readonly<Record<DeviationId, Deviation>> = LIST
