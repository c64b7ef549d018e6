import { type Either, left } from 'fp-ts/lib/Either.js'
import { worldCodec } from './codecs.js'
import { firstMisfit } from './misfit.js'
import { parsePlain } from './plain.js'
import type { FileEntry, World } from './world.js'

/** Ten thousand containers with their metadata take about half of this. */
const MAX_LENGTH = 64 * 1024 * 1024

const twice = (where: string, keys: readonly string[]): string | null => {
  const seen = new Set<string>()
  for (const [n, key] of keys.entries()) {
    if (seen.has(key)) return `${where}[${n}]: stands there twice: ${JSON.stringify(key)}`
    seen.add(key)
  }
  return null
}

const bodies = (f: FileEntry): number =>
  [f.text, f.base64, f.bytes, f.unreadable].filter((body) => body !== null).length

const fileFlaw = (files: readonly FileEntry[]): string | null => {
  const kinds = new Map(files.map((f) => [`${f.in}/${f.path}`, f.kind]))
  for (const [n, f] of files.entries()) {
    if (bodies(f) > 1) return `files[${n}]: at most one of text, base64, bytes, unreadable`
    if (bodies(f) > 0 && f.kind !== 'file') return `files[${n}]: only a file has content`
    const names = f.path.split('/')
    const above = names.slice(0, -1).map((_, length) => `${f.in}/${names.slice(0, length + 1).join('/')}`)
    if (above.some((path) => (kinds.get(path) ?? 'directory') !== 'directory'))
      return `files[${n}].path: below something that is no directory`
  }
  return null
}

/** What no form can say: one word on the first contradiction within the document, or null. */
const flawOf = (w: World): string | null =>
  twice(
    'containers',
    w.containers.map((c) => c.id),
  ) ??
  twice(
    'details',
    w.details.map((d) => d.id),
  ) ??
  twice(
    'tasks',
    w.tasks.map((k) => k.id),
  ) ??
  twice(
    'sandboxStore',
    (w.sandboxStore ?? []).map((s) => s.id),
  ) ??
  twice(
    'images',
    w.images.map((i) => i.name),
  ) ??
  twice(
    'content',
    w.content.map((b) => b.digest),
  ) ??
  twice(
    'netns',
    w.netns.map((n) => n.path),
  ) ??
  twice(
    'oomKills',
    w.oomKills.map((k) => k.id),
  ) ??
  twice(
    'files',
    w.files.map((f) => `${f.in}/${f.path}`),
  ) ??
  fileFlaw(w.files)

/** A world from a JSON value that is already in memory. The left side names the first thing that does not fit. */
export const decodeWorld = (document: unknown): Either<string, World> => {
  const world = worldCodec.decode(document)
  if (world._tag === 'Left') return left(firstMisfit(world.left))
  const flaw = flawOf(world.right)
  return flaw === null ? world : left(flaw)
}

/**
 * A world from the text of a world file.
 *
 * @example
 * parseWorld('{ "version": 1, "now": "1795445431431213697" }') // right: a node with nothing on it
 * parseWorld('{ "version": 1, "now": 12 }') // left('now: expected ns since 1970 as a decimal string, got 12')
 */
export const parseWorld = (text: string): Either<string, World> => {
  if (text.length > MAX_LENGTH) return left(`the document is longer than ${MAX_LENGTH} characters`)
  const plain = parsePlain(text)
  return plain._tag === 'Left' ? plain : decodeWorld(plain.right)
}

/** The text of a world file; what is as it usually is is left out. parseWorld reads the same world back. */
export const printWorld = (world: World): string => `${JSON.stringify(worldCodec.encode(world), null, 2)}\n`

/** A world as a JSON value. */
export const encodeWorld = (world: World): unknown => worldCodec.encode(world)
