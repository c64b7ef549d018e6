import type { Base } from '../../core/records.js'
import type { FileBody, FileEntry, Place } from './world.js'

/** Something in the simulated file system. */
export type Leaf = FileBody
export interface Directory {
  readonly kind: 'directory'
  readonly children: Map<string, TreeNode>
}
export type TreeNode = Directory | Leaf

export const isDirectory = (node: TreeNode | undefined): node is Directory =>
  node !== undefined && 'children' in node

const directory = (): Directory => ({ kind: 'directory', children: new Map() })

/** A file with this text, or something else that has no content. */
export const leaf = (kind: FileBody['kind'], text: string | null = null): Leaf => ({
  kind,
  text,
  base64: null,
  bytes: null,
  unreadable: null,
})

/** The files of a node below root and state. */
export interface Tree {
  readonly at: (where: Place['in'], names: readonly string[]) => TreeNode | undefined
  /** The directory there, made with all above it; undefined where something else stands in the way. */
  readonly make: (where: Place['in'], names: readonly string[]) => Directory | undefined
  readonly base: (base: Base) => TreeNode | undefined
  readonly entries: () => readonly FileEntry[]
}

const flatten = (where: Place['in'], path: string, node: TreeNode): readonly FileEntry[] => {
  if (!isDirectory(node)) return [{ in: where, path, ...node }]
  if (node.children.size === 0) return [{ in: where, path, ...leaf('directory') }]
  return [...node.children].flatMap(([name, child]) => flatten(where, `${path}/${name}`, child))
}

/** The tree that these entries describe. */
export const treeOf = (entries: readonly FileEntry[]): Tree => {
  const tops = { root: directory(), state: directory() }
  const at: Tree['at'] = (where, names) =>
    names.reduce<TreeNode | undefined>(
      (node, name) => (isDirectory(node) ? node.children.get(name) : undefined),
      tops[where],
    )
  const make: Tree['make'] = (where, names) =>
    names.reduce<Directory | undefined>((parent, name) => {
      if (parent === undefined) return undefined
      const there = parent.children.get(name)
      if (there !== undefined) return isDirectory(there) ? there : undefined
      const fresh = directory()
      parent.children.set(name, fresh)
      return fresh
    }, tops[where])
  for (const { in: where, path, ...body } of entries) {
    const names = path.split('/')
    if (body.kind === 'directory') make(where, names)
    else make(where, names.slice(0, -1))?.children.set(names.at(-1) ?? '', body)
  }
  return {
    at,
    make,
    base: ({ of, kind }) => tops[of].children.get(kind),
    entries: () =>
      (['root', 'state'] as const).flatMap((where) =>
        [...tops[where].children].flatMap(([name, node]) => flatten(where, name, node)),
      ),
  }
}
