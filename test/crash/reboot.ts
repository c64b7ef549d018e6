import { entry } from '../../adapters/fast-check/worlds.js'
import type { FileBody, FileEntry, World } from '../../adapters/memory/index.js'
import { type Disk, diskWith, look } from './disk.js'

/** The folder of all containers of a simulated node as a disk, and the node that boots from such a disk. */

const TOP = 'containers'

/** A text of the disk that stands for all that is to be known of a file, and what that is. */
type Bodies = ReadonlyMap<string, FileBody>

export interface Stored {
  readonly disk: Disk
  readonly bodies: Bodies
}

export const storedOf = (world: World): Stored => {
  const bodies = new Map<string, FileBody>()
  const paths: Record<string, string | null> = {}
  for (const { in: where, path, ...body } of world.files) {
    const [top, ...names] = path.split('/')
    if (where !== 'root' || top !== TOP) continue
    for (const at of names.keys()) paths[names.slice(0, at + 1).join('/')] ??= null
    if (body.kind === 'directory') continue
    bodies.set(`the file ${path}`, body)
    paths[names.join('/')] = `the file ${path}`
  }
  return { disk: diskWith(paths), bodies }
}

const filesOn = ({ disk, bodies }: Stored): readonly FileEntry[] =>
  [...look(disk)].map(([path, found]) =>
    found === 'directory'
      ? entry(`${TOP}/${path}`, { kind: 'directory' })
      : entry(`${TOP}/${path}`, bodies.get(found.text) ?? { text: found.text }),
  )

/** The node with this in the place of what its containers had on disk. */
export const withStored = (world: World, stored: Stored): World => ({
  ...world,
  files: [
    ...world.files.filter(({ in: where, path }) => where !== 'root' || path.split('/')[0] !== TOP),
    entry(TOP, { kind: 'directory' }),
    ...filesOn(stored),
  ],
})

/** containerd's records are there, and what the disk kept; no task lives, and what was only in memory is gone. */
export const rebooted = (world: World, stored: Stored): World => ({
  ...withStored({ ...world, files: world.files.filter((file) => file.in === 'root') }, stored),
  tasks: [],
  sandboxStore: world.sandboxStore?.map((sandbox) => ({ ...sandbox, controller: null })) ?? null,
  netns: [],
  oomKills: [],
  faults: [],
})
