import { createConnection, type Socket } from 'node:net'
import { type Either, left, right } from 'fp-ts/lib/Either.js'
import type { Signal } from '../../ports/signal.js'
import { broken, GIVEN_UP, type Trouble } from './trouble.js'

/** sockaddr_un has room for 108 bytes, and the last one ends the path. */
const LONGEST = 107

/** libuv before 1.48 fills an abstract name up with zeros, which makes it another name. */
const namesAbstract = (): boolean => {
  const [major = 0, minor = 0] = process.versions.uv.split('.').map(Number)
  return major > 1 || minor >= 48
}

/** Why no connection should be tried: Node would make it to something else than what was meant. */
export const obstacle = (path: string): string | null => {
  if (!path.startsWith('/') && !path.startsWith('\0')) return 'its address is not an absolute path'
  if (path.includes('\0', 1)) return 'its address holds a zero byte'
  if (Buffer.byteLength(path) > LONGEST) return 'its address is longer than one of a socket can be'
  if (path.startsWith('\0') && !namesAbstract())
    return `an abstract socket, which Node.js ${process.versions.node} cannot connect to`
  return null
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/**
 * Lends a connection of its own to `use` until that settles, the signal aborts or the connection ends, whichever is
 * first, and drops it then: a hung process may be at the other end.
 */
export const connected = <A>(
  path: string,
  signal: Signal,
  use: (connection: Socket, settle: (result: Either<Trouble, A>) => void) => void,
): Promise<Either<Trouble, A>> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(left(GIVEN_UP))
    const said = obstacle(path)
    if (said !== null) return resolve(left({ kind: 'unreached', code: '', said }))
    const connection = createConnection({ path })
    let reached = false
    const settle = (result: Either<Trouble, A>): void => {
      signal.removeEventListener('abort', giveUp)
      connection.destroy()
      resolve(result)
    }
    const giveUp = (): void => settle(left(GIVEN_UP))
    signal.addEventListener('abort', giveUp)
    connection.on('connect', () => {
      reached = true
      use(connection, settle)
    })
    connection.on('error', (error) => {
      const { message } = error
      settle(left(reached ? broken(message) : { kind: 'unreached', code: codeOf(error), said: message }))
    })
    connection.on('close', () => settle(left(broken('the connection was closed before an answer came'))))
  })

/** Whether anyone listens, told by connecting and leaving again. */
export const probe = (path: string, signal: Signal): Promise<Either<Trouble, void>> =>
  connected(path, signal, (_, settle) => settle(right(undefined)))
