/** What strace tells of the calls by which a process changes files. */

export const CHANGING: readonly string[] = [
  ...['bind', 'openat', 'mkdir', 'mkdirat', 'link', 'linkat', 'rename', 'renameat', 'renameat2', 'unlink'],
  ...[
    'unlinkat',
    'rmdir',
    'write',
    'pwrite64',
    'writev',
    'fsync',
    'fdatasync',
    'fchmod',
    'chmod',
    'ftruncate',
  ],
  ...['symlink', 'mknod', 'mknodat', 'fallocate', 'utimensat'],
]

/** One call of its kind in its thread. */
export interface Call {
  readonly name: string
  readonly nth: number
}

export interface TracedCall extends Call {
  readonly thread: number
  /** Its arguments, and what came of it */
  readonly rest: string
}

// Where it watches one thread alone, strace does not say which.
const LINE = /^(?:(\d+) +)?(\w+)\((.*)$/
const SOCKET = /^\d+<socket:/
const DESCRIPTOR = /^\d+<([^>]*)>/

/** The calls of a trace with `-y -o`, each with its place among those of its kind in its thread. */
export const callsOf = (trace: string): readonly TracedCall[] => {
  const seen = new Map<string, number>()
  const found: TracedCall[] = []
  for (const line of trace.split('\n')) {
    const [, thread = '0', name, rest = ''] = LINE.exec(line) ?? []
    if (name === undefined) continue
    const nth = (seen.get(`${thread} ${name}`) ?? 0) + 1
    seen.set(`${thread} ${name}`, nth)
    found.push({ thread: Number(thread), name, nth, rest })
  }
  return found
}

/** Whether it is a folder's files that a call changes: by a descriptor of one, or by a name below one. */
export const changes =
  (dir: string) =>
  ({ name, rest }: TracedCall): boolean => {
    const descriptor = name === 'bind' ? undefined : DESCRIPTOR.exec(rest)?.[1]
    const place = descriptor ?? rest
    if (!place.includes(dir) && !place.includes('"/proc/self/fd/')) return false
    return name !== 'openat' || rest.includes('O_CREAT')
  }

/** Whether it is sent somewhere, and says that. */
export const sends =
  (what: string) =>
  ({ rest }: TracedCall): boolean =>
    SOCKET.test(rest) && rest.includes(what)

/** strace's order to kill a process as it enters that call. */
export const killAt = ({ name, nth }: Call): readonly string[] => [
  '-e',
  `trace=${name}`,
  '-e',
  `inject=${name}:signal=SIGKILL:when=${nth}`,
]

/** The call that ended a traced process; undefined where it was not killed in one. */
export const lastOf = (trace: string): TracedCall | undefined =>
  trace.includes('killed by SIGKILL') ? callsOf(trace).at(-1) : undefined

export const kindsOf = (calls: readonly Pick<Call, 'name'>[]): readonly string[] =>
  [...new Set(calls.map(({ name }) => name))].toSorted()
