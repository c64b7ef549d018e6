import { isValidId } from '../../core/ids.js'
import type { AttachRequest, IoRequest, LogPlace } from '../../ports/io.js'
import type { Refusal } from './intercept.js'
import { isDirectory, type Tree } from './tree.js'
import type { World } from './world.js'

/** Where a simulated node finds pipes and logs. Outside of its state, what is asked for is taken to be there. */

const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/')

const nodeAt = ({ state }: World, tree: Tree, path: string) =>
  path.startsWith(`${state}/`) ? tree.at('state', path.slice(state.length + 1).split('/')) : null

/** The folder of a pipe that is not there; null where nothing stands in the way. */
export const goneFolder = (world: World, tree: Tree, path: string): string | null => {
  const folder = folderOf(path)
  const node = nodeAt(world, tree, folder)
  return node === null || isDirectory(node) ? null : folder
}

const STREAMS = /^(?:ttrpc|grpc)\+/

const noPipe = (world: World, tree: Tree, path: string): Refusal | null => {
  if (!path.startsWith('/'))
    return STREAMS.test(path)
      ? null
      : { tag: 'Malformed', said: `a kind of stream that is not known: ${path}` }
  if (goneFolder(world, tree, path) !== null) return { tag: 'NotFound', said: 'its folder is not there' }
  // One that is missing is made anew.
  const there = nodeAt(world, tree, path)
  return there == null || there.kind === 'fifo' ? null : { tag: 'Malformed', said: `${path} is no FIFO` }
}

const misplaced = ({ root, path }: LogPlace): Refusal | null => {
  const below = root.endsWith('/') ? root : `${root}/`
  const names = path.slice(below.length).split('/')
  const fits =
    root.startsWith('/') &&
    path.startsWith(below) &&
    !path.includes('\0') &&
    names.every((name) => name !== '' && name !== '.' && name !== '..')
  return fits ? null : { tag: 'Denied', said: `its log path ${path} is not below ${root}` }
}

export const noId = ({ id }: Pick<IoRequest, 'id'>): Refusal | null =>
  isValidId(id) ? null : { tag: 'Malformed', said: 'its id may not be a part of a path' }

/** The streams of a task that are read: with a terminal there is one. */
export const outputsOf = ({ tty, stdoutPath, stderrPath }: AttachRequest) =>
  (
    [
      ['stdout', stdoutPath],
      ['stderr', tty ? '' : stderrPath],
    ] as const
  ).filter(([, path]) => path !== '')

/** Why nobody can be attached to that; null where nothing is against it. */
export const whyNotAttached =
  (world: World, tree: Tree) =>
  (request: AttachRequest): Refusal | null => {
    const input = request.stdin && request.stdinPath !== '' ? [request.stdinPath] : []
    const paths = [...input, ...outputsOf(request).map(([, path]) => path)]
    return (
      noId(request) ??
      (request.log === null ? null : misplaced(request.log)) ??
      paths.map((path) => noPipe(world, tree, path)).find((refusal) => refusal !== null) ??
      null
    )
  }
