import { type Either, left, right } from 'fp-ts/lib/Either.js'

/** Where somebody listens: an address of this machine, or a socket in the file system. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string }

/** Who is not named is nobody but this machine: what a node runs is not everybody's business. */
const LOCAL = '127.0.0.1'

/** `sun_path` has 108 bytes, the last of them a zero. */
const LONGEST_PATH = 107

const pathOf = (path: string): Either<string, Place> => {
  if (!path.startsWith('/')) return left('A socket’s path begins with a slash.')
  if (path.includes('\0') || Buffer.byteLength(path) > LONGEST_PATH)
    return left(`A socket’s path has at most ${LONGEST_PATH} bytes.`)
  return right({ path })
}

/**
 * Reads `9110`, `:9110`, `host:9110`, `[::1]:9110` and `unix:/path`.
 *
 * @example
 * parsePlace('9110') // right({ host: '127.0.0.1', port: 9110 })
 */
export const parsePlace = (text: string): Either<string, Place> => {
  if (text.startsWith('unix:')) return pathOf(text.replace(/^unix:(?:\/\/(?=\/))?/, ''))
  const [, inBrackets, plain, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]:|([^\s:/[\]]*):)?(\d{1,5})$/.exec(text) ?? []
  if (digits === undefined) return left('It looks like 9110, 127.0.0.1:9110, [::1]:9110 or unix:/run/x.sock.')
  const port = Number(digits)
  if (port > 65_535) return left('A port is at most 65535.')
  return right({ host: inBrackets ?? (plain || LOCAL), port })
}
