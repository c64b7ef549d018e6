import type { FilesFixture, Placed } from '../../adapters/fast-check/contract/files.js'
import type { FileEntry, SimulatedNode } from '../../adapters/memory/index.js'

/** A suite's things as a world has them, and a look at them past the ports. */

export const entry = ({ in: where, path, kind, text, base64, bytes }: Placed): FileEntry => ({
  in: where,
  path,
  kind: kind ?? 'file',
  text: text ?? null,
  base64: base64 ?? null,
  bytes: bytes ?? null,
  unreadable: null,
})

const bytesOf = (file: FileEntry): string =>
  file.kind !== 'file'
    ? `kind:${file.kind}`
    : Buffer.from(file.base64 ?? file.text ?? '', file.base64 === null ? 'utf8' : 'base64').toString('latin1')

export const lookIn =
  (node: SimulatedNode): FilesFixture['look'] =>
  async (where, path) => {
    const all = node.world().files.filter((f) => f.in === where)
    const there = all.find((f) => f.path === path)
    if (there !== undefined) return bytesOf(there)
    return all.some((f) => f.path.startsWith(`${path}/`)) ? 'kind:directory' : null
  }
