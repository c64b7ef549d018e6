import { type Either, right } from 'fp-ts/lib/Either.js'
import { isValidId } from '../../core/ids.js'
import type { Base, Entry } from '../../core/records.js'
import type { Directories } from '../../ports/directories.js'
import { type Interceptor, type Refusal, refuse } from './intercept.js'
import { isDirectory, type Tree } from './tree.js'
import type { Place } from './world.js'

/** The directories of the simulated node that are named after containers and sandboxes. */
export const directoriesOf = (
  tree: Tree,
  mounts: readonly Place[],
  paths: { readonly root: string; readonly state: string },
  intercept: Interceptor,
): Directories => {
  const list = (base: Base): Either<Refusal, readonly Entry[] | null> => {
    const node = tree.base(base)
    if (node === undefined) return right(null)
    if (!isDirectory(node)) return refuse('Denied', `a ${node.kind} stands there`)
    return right([...node.children].map(([name, { kind }]) => ({ name, kind })))
  }
  const remove = ({ of, kind }: Base, name: string): Either<Refusal, void> => {
    if (!isValidId(name)) return refuse('Malformed', `${JSON.stringify(name)} is no valid identifier`)
    const base = tree.base({ of, kind })
    const node = isDirectory(base) ? base.children.get(name) : undefined
    if (!isDirectory(base) || node === undefined) return refuse('NotFound', 'nothing of this name')
    if (!isDirectory(node)) return refuse('Denied', `a ${node.kind} stands there`)
    const path = `${kind}/${name}`
    const mount = mounts.find((m) => m.in === of && (m.path === path || m.path.startsWith(`${path}/`)))
    if (mount !== undefined) return refuse('Denied', `something is mounted at ${mount.path}`)
    base.children.delete(name)
    return right(undefined)
  }
  return {
    path: ({ of, kind }) => `${paths[of]}/${kind}`,
    list: (base) =>
      intercept.run({
        call: 'directories.list',
        id: `${base.of}/${base.kind}`,
        asked: `list ${paths[base.of]}/${base.kind}`,
        act: () => list(base),
      }),
    remove: (base, name, signal) =>
      intercept.run({
        call: 'directories.remove',
        id: `${base.of}/${base.kind}/${name}`,
        asked: `remove ${paths[base.of]}/${base.kind}/${name}`,
        signal,
        act: () => remove(base, name),
      }),
  }
}
