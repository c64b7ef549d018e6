import type { FileEntry, World } from '../../memory/index.js'
import { idsOf } from '../ids.js'

/** A node in a few lines, for who reads a counter-example: what is usual is left out. */

const METADATA = {
  container: 'io.cri-containerd.container.metadata',
  sandbox: 'io.cri-containerd.sandbox.metadata',
}

const bodyOf = ({ kind, text, base64, bytes, unreadable }: FileEntry): string =>
  kind !== 'file'
    ? `a ${kind}`
    : unreadable !== null
      ? `unreadable: ${unreadable}`
      : bytes !== null
        ? `${bytes} bytes`
        : base64 !== null
          ? `base64 ${base64}`
          : (text ?? 'empty')

const taskOf = ({ tasks }: World, id: string): string => {
  const task = tasks.find((one) => one.id === id)
  if (task === undefined) return 'no task'
  const exit = task.status === 'stopped' ? ` with ${task.exitStatus} at ${task.exitedAt ?? 'no time'}` : ''
  return `task ${task.status}${exit}`
}

const recordLine = (world: World, kind: 'container' | 'sandbox', id: string): string => {
  const metadata = world.containers.find((one) => one.id === id)?.extensions.get(METADATA[kind])
  const name = /"Name":"([^"]*)"/.exec(metadata?.value ?? '')?.[1]
  return `${kind} ${id}, ${name === undefined ? 'metadata of no use' : `named ${name}`}, ${taskOf(world, id)}`
}

/**
 * What a node has, one thing a line.
 *
 * @example
 * tellNode(emptyWorld(0n)) // 'an empty node'
 */
export const tellNode = (world: World): string => {
  const lines = [
    ...idsOf(world, 'sandbox').map((id) => recordLine(world, 'sandbox', id)),
    ...idsOf(world, 'container').map((id) => recordLine(world, 'container', id)),
    ...(world.sandboxStore ?? []).map(
      ({ id, controller }) => `stored sandbox ${id}, its controller says ${controller?.state ?? 'nothing'}`,
    ),
    ...world.files.map((file) => `${file.in}/${file.path}: ${bodyOf(file)}`),
    ...world.mounts.map((place) => `mounted at ${place.in}/${place.path}`),
    ...world.faults.map(({ call, id, answer }) => `${call} of ${id ?? 'any'} answers ${answer}`),
  ]
  return lines.length === 0 ? 'an empty node' : lines.join('\n')
}
