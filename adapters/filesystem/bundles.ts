import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isValidId } from '../../core/ids.js'
import { each } from '../../ports/each.js'
import type { Bundle, ShimAddress, Shims } from '../../ports/shims.js'
import { O_PATH, openAt, openDirectory, openDirectoryAt, self, using } from './descriptors.js'
import { attempt, ifGone, Trouble, toTrouble } from './errors.js'
import { checkId, kindOf } from './paths.js'

const { O_NOCTTY, O_NONBLOCK, O_RDONLY } = constants

/** Where a containerd keeps its bundles. */
export interface BundleOptions {
  /** containerd's own state folder, as `/run/containerd` */
  readonly state: string
  readonly namespace: string
}

const FOLDER = 'io.containerd.runtime.v2.task'
const LIMIT = 64 * 1024
const AT_ONCE = 16
const SHOWN = 100

/** The folder whose children are the bundles of a namespace. */
export const bundlesPath = ({ state, namespace }: BundleOptions): string => join(state, FOLDER, namespace)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const malformed = (said: string): Trouble => new Trouble('Malformed', said)

const readText = async (place: FileHandle): Promise<string> => {
  const stats = await place.stat()
  if (!stats.isFile()) throw malformed(`a ${kindOf(stats)} stands in its place`)
  // Opening the place again and not its name: nobody can swap it in between.
  return using(open(self(place), O_RDONLY | O_NONBLOCK | O_NOCTTY), async (file) => {
    const buffer = Buffer.alloc(LIMIT + 1)
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) return utf8.decode(buffer.subarray(0, length))
      length += bytesRead
    }
    throw malformed(`it is larger than ${LIMIT} bytes`)
  })
}

/** The text of a file of the bundle; null where there is none. */
const textOf = (bundle: FileHandle, name: string): Promise<string | null> =>
  using(openAt(bundle, name, O_PATH), readText).catch((error: unknown) => {
    const { tag, message } = toTrouble(error)
    if (tag === 'NotFound') return null
    throw new Trouble(tag, `${name}: ${message}`)
  })

const shown = (value: unknown): string => JSON.stringify(value ?? null).slice(0, SHOWN)

const CONTROL = /\p{Cc}/u

/** A socket, by the rules of containerd's own dialer: what has no scheme is an abstract name where it speaks ttrpc. */
const socketOf = (address: string, protocol: ShimAddress['protocol']): string | null => {
  if (CONTROL.test(address)) return null
  const [, scheme, rest = ''] = /^([^/]*:\/\/)?(.*)$/s.exec(address) ?? []
  if (scheme !== undefined && scheme !== 'unix://') return null
  if (scheme !== undefined && /^@./.test(rest)) return `\0${rest.slice(1)}`
  if (!rest.startsWith('/')) return null
  return scheme === undefined && protocol === 'ttrpc' ? `\0${rest}` : rest
}

const addressOf = (
  address: string,
  protocol: ShimAddress['protocol'],
  service: ShimAddress['service'],
): ShimAddress => {
  const socket = socketOf(address, protocol)
  if (socket === null) throw malformed(`${shown(address)} is no address of a socket`)
  return { socket, protocol, service }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a shim told containerd as it started: written down by 2.x in a file of its own, by 1.7 where older ones have the address. */
const bootstrapOf = (text: string): ShimAddress => {
  const value = parsed(text)
  if (!isRecord(value)) throw malformed('it is not JSON')
  const { version, address, protocol } = value
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 2)
    throw malformed(`the version ${shown(version)} is not known`)
  if (typeof address !== 'string') throw malformed('it has no address')
  const spoken = typeof protocol === 'string' ? protocol.toLowerCase() : ''
  if (spoken !== 'ttrpc' && spoken !== 'grpc') throw malformed(`the protocol ${shown(protocol)} is not known`)
  return addressOf(address, spoken, version >= 3 ? 'v3' : 'v2')
}

const within = (name: string, parse: () => ShimAddress): ShimAddress => {
  try {
    return parse()
  } catch (error) {
    const { tag, message } = toTrouble(error)
    throw new Trouble(tag, `${name}: ${message}`)
  }
}

const readAddress = async (bundle: FileHandle): Promise<ShimAddress> => {
  const bootstrap = await textOf(bundle, 'bootstrap.json')
  if (bootstrap !== null) return within('bootstrap.json', () => bootstrapOf(bootstrap))
  const address = await textOf(bundle, 'address')
  if (address === null) throw new Trouble('NotFound', 'neither bootstrap.json nor address is there')
  return within('address', () =>
    address.trimStart().startsWith('{') ? bootstrapOf(address) : addressOf(address.trim(), 'ttrpc', 'v2'),
  )
}

/** One bundle's trouble is its own; one that vanished meanwhile is none. */
const look = async (base: FileHandle, id: string): Promise<Bundle | null> => {
  const bundle = await openDirectoryAt(base, id)
    .catch(ifGone(null))
    .catch((error: unknown) => toTrouble(error).message)
  if (bundle === null) return null
  if (typeof bundle === 'string') return { id, address: bundle }
  const address = await using(Promise.resolve(bundle), readAddress).catch(
    (error: unknown) => toTrouble(error).message,
  )
  return { id, address }
}

/**
 * Lists the bundles of one namespace, and where their shims listen. Nothing is changed, and no socket touched.
 *
 * @example
 * bundles({ state: '/run/containerd', namespace: 'k8s.io' })()
 */
export const bundles = (options: BundleOptions): Shims['bundles'] => {
  const { namespace } = options
  const path = bundlesPath(options)
  return () =>
    attempt('list bundles', `the file system at ${path}`, async () => {
      checkId(namespace)
      const handle = await openDirectory(path).catch(ifGone(null))
      if (handle === null) return []
      return using(Promise.resolve(handle), async (base) => {
        const entries = await readdir(self(base), { withFileTypes: true, encoding: 'buffer' })
        const ids = entries
          .filter((entry) => entry.isDirectory())
          .map((entry) => entry.name.toString())
          .filter(isValidId)
        const found = await each(AT_ONCE, ids.toSorted(), (id) => look(base, id))
        return found.filter((bundle) => bundle !== null)
      })
    })
}
