import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either.js'
import type { Platform } from '../../core/images.js'
import type { Source } from '../../core/report.js'
import type { Ports } from '../../ports/ports.js'
import { folderTrouble, readText } from '../filesystem/named.js'
import type { NodeOptions } from './node-options.js'
import { type Trouble, troubleOf } from './trouble.js'

/** A node to look at: a real one, or one in memory. */
export interface Opened {
  readonly ports: Ports
  readonly source: Pick<Source, 'kind' | 'address' | 'root' | 'state'>
  readonly platform: Platform
  readonly close: () => void
}

/** Go's names for what Node calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/** The machine of every world: which images are whole must not depend on whose machine looks at it. */
const WORLD_PLATFORM: Platform = { os: 'linux', architecture: 'amd64' }

/** As much as a world of some 10 000 containers needs, several times over. */
const MAX_WORLD = 64 * 1024 * 1024

/** One that is right, to compare with. */
const shippedWorld = (): string =>
  relative('', fileURLToPath(new URL('../../../examples/worlds/power-loss.json', import.meta.url)))

const openWorld = async (path: string): Promise<Either<Trouble, Opened>> => {
  const { parseWorld, simulate } = await import('../memory/index.js')
  const text = await readText(path, MAX_WORLD)
  if (isLeft(text)) return left({ message: `world file ${path}: ${text.left}`, next: `ls -l ${path}` })
  const world = parseWorld(text.right)
  if (isLeft(world))
    return left({ message: `world file ${path}: ${world.left}`, next: `less ${shippedWorld()}` })
  const { root, state } = world.right
  return right({
    ports: simulate(world.right).ports,
    source: { kind: 'world', address: null, root, state },
    platform: WORLD_PLATFORM,
    close: () => undefined,
  })
}

/** The node, as messages name it. */
export const nodeName = ({ world, address }: NodeOptions): string =>
  world === undefined ? `containerd at ${address}` : `the world ${world}`

/** Without its folder nothing is known of any container, and every one would be taken for damaged. */
export const checkRoot = async (
  ports: Pick<Ports, 'timers' | 'introspection'>,
  options: { readonly root: string; readonly timeout: number; readonly node: string },
  command: string,
): Promise<Trouble | null> => {
  const trouble = await folderTrouble(options.root)
  if (trouble === null) return null
  // Where no containerd answers either, that is the better thing to say.
  const version = await ports.timers.within(
    options.timeout,
    'ask for the version',
    ports.introspection.version,
  )()
  if (isLeft(version))
    return troubleOf(version.left, { command, timeoutMs: options.timeout, node: options.node })
  return {
    message: `${options.root} (--root): ${trouble}; containerd’s CRI plugin makes it with the first pod and keeps its checkpoints there`,
    next: 'containerd config dump | grep -m1 ^root',
  }
}

/** The platform of this machine, in Go's words. */
export const machine = (): Platform => ({
  os: process.platform,
  architecture: ARCHITECTURES[process.arch] ?? process.arch,
})

const openLive = async (options: NodeOptions, command: string): Promise<Either<Trouble, Opened>> => {
  const { live } = await import('../live.js')
  const { address, namespace, root, state } = options
  const node = live({ address, namespace, root, state })
  const trouble = await checkRoot(node.ports, { ...options, node: nodeName(options) }, command)
  if (trouble !== null) {
    node.close()
    return left(trouble)
  }
  return right({
    ports: node.ports,
    source: { kind: 'containerd', address, root, state },
    platform: machine(),
    close: node.close,
  })
}

/** Opens what the options name. Modules that only the other kind needs are not loaded. */
export const open = (options: NodeOptions, command: string): Promise<Either<Trouble, Opened>> =>
  options.world === undefined ? openLive(options, command) : openWorld(options.world)
