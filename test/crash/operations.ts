import * as t from 'io-ts'

/** What a program asks of a disk, one system call each, as a value. Paths are relative; the top has none. */

const of = <Name extends string, More extends t.Props>(op: Name, more: More) =>
  t.strict({ op: t.literal(op), path: t.string, ...more })

export const Operation = t.union([
  /** A new file, open for writing (`O_EXCL`) */
  of('create', { mode: t.number }),
  /** At its end */
  of('write', { text: t.string }),
  of('chmod', { mode: t.number }),
  of('sync', {}),
  of('sync-directory', {}),
  of('rename', { to: t.string }),
  of('link', { to: t.string }),
  of('unlink', {}),
  of('mkdir', {}),
  of('rmdir', {}),
])
export type Operation = t.TypeOf<typeof Operation>
