import { type Either, right } from 'fp-ts/lib/Either.js'
import { isValidId } from '../../core/ids.js'
import type { CheckpointFile } from '../../core/records.js'
import type { Checkpoints } from '../../ports/checkpoints.js'
import { fromBase64, fromUtf8, utf8Length } from './bytes.js'
import { type Interceptor, type Refusal, refuse } from './intercept.js'
import { type Directory, isDirectory, type Leaf, leaf, type Tree, type TreeNode } from './tree.js'

/** What is larger is no checkpoint. */
const MAX_BYTES = 1024n * 1024n
/** What interrupted writes leave behind, by the name that containerd's own writer gives it. */
const LEFTOVER = /^\.tmp-status\d{1,10}$/
const ASIDE = 'status.unreadable-'
/** Names tried where one is taken, as the file system's adapter does. */
const NAMES = ['', '-1', '-2', '-3', '-4', '-5', '-6', '-7']

const sizeOf = (file: Leaf): bigint =>
  file.bytes ?? BigInt(file.base64 === null ? utf8Length(file.text ?? '') : fromBase64(file.base64).length)

const textOf = (file: Leaf): string =>
  file.bytes !== null
    ? '\0'.repeat(Number(file.bytes))
    : file.base64 !== null
      ? fromUtf8(fromBase64(file.base64))
      : (file.text ?? '')

const see = (node: TreeNode): CheckpointFile => {
  if (isDirectory(node) || node.kind !== 'file') return { kind: 'not-a-file', what: node.kind }
  if (node.unreadable !== null) return { kind: 'unreadable', why: node.unreadable }
  const bytes = sizeOf(node)
  return bytes > MAX_BYTES ? { kind: 'too-large', bytes } : { kind: 'text', text: textOf(node) }
}

const sameBody = (a: Leaf, b: TreeNode): boolean =>
  !isDirectory(b) &&
  a.kind === b.kind &&
  a.text === b.text &&
  a.base64 === b.base64 &&
  a.bytes === b.bytes &&
  a.unreadable === b.unreadable

const noDirectory = (id: string): Either<Refusal, never> =>
  refuse('NotFound', `no directory containers/${id}`)
const inTheWay = (node: TreeNode): Either<Refusal, never> =>
  refuse('Denied', `a ${node.kind} stands where the directory should be`)
const badId = (id: string): Either<Refusal, never> =>
  refuse('Malformed', `${JSON.stringify(id)} is no valid identifier`)

/** The status files of the simulated node. */
export const checkpointsOf = (tree: Tree, intercept: Interceptor): Checkpoints => {
  const place = (id: string): readonly string[] => ['containers', id]
  const within = <A>(id: string, use: (directory: Directory) => Either<Refusal, A>): Either<Refusal, A> => {
    if (!isValidId(id)) return badId(id)
    const directory = tree.at('root', place(id))
    if (isDirectory(directory)) return use(directory)
    return directory === undefined ? noDirectory(id) : inTheWay(directory)
  }
  const read = (id: string): Either<Refusal, CheckpointFile> => {
    if (!isValidId(id)) return badId(id)
    const directory = tree.at('root', place(id))
    if (directory === undefined) return right({ kind: 'missing', directory: false })
    if (!isDirectory(directory))
      return right({ kind: 'unreadable', why: `a ${directory.kind} stands where the directory should be` })
    const node = directory.children.get('status')
    return right(node === undefined ? { kind: 'missing', directory: true } : see(node))
  }
  const write = (id: string, text: string): Either<Refusal, void> =>
    within(id, ({ children }) => {
      if (isDirectory(children.get('status'))) return refuse('Denied', 'status is a directory')
      children.set('status', leaf('file', text))
      return right(undefined)
    })
  const setAside = (id: string, at: bigint): Either<Refusal, string> =>
    within(id, ({ children }) => {
      const node = children.get('status')
      if (node === undefined) return refuse('NotFound', 'there is no status')
      if (isDirectory(node)) return refuse('Denied', 'status is a directory')
      // A second recovery before the first rewrite must not pile up copies.
      const already = [...children].find(([name, other]) => name.startsWith(ASIDE) && sameBody(node, other))
      if (already !== undefined) return right(already[0])
      const free = NAMES.map((end) => `${ASIDE}${at}${end}`).find((name) => !children.has(name))
      if (free === undefined) return refuse('AlreadyExists', `all names for it are taken, as ${ASIDE}${at}`)
      children.set(free, node)
      return right(free)
    })
  const makeDirectory = (id: string): Either<Refusal, void> => {
    if (!isValidId(id)) return badId(id)
    const base = tree.base({ of: 'root', kind: 'containers' })
    if (!isDirectory(base)) return refuse('NotFound', 'no directory containers')
    const node = base.children.get(id)
    if (node !== undefined && !isDirectory(node)) return inTheWay(node)
    tree.make('root', place(id))
    return right(undefined)
  }
  const sweep = (id: string): Either<Refusal, number> => {
    if (!isValidId(id)) return badId(id)
    const directory = tree.at('root', place(id))
    if (directory === undefined) return right(0)
    if (!isDirectory(directory)) return inTheWay(directory)
    const leftovers = [...directory.children].filter(
      ([name, node]) => LEFTOVER.test(name) && node.kind === 'file',
    )
    for (const [name] of leftovers) directory.children.delete(name)
    return right(leftovers.length)
  }
  return {
    read: (id) =>
      intercept.run({ call: 'checkpoints.read', id, asked: `read checkpoint ${id}`, act: () => read(id) }),
    write: (id, text) =>
      intercept.run({
        call: 'checkpoints.write',
        id,
        asked: `write checkpoint ${id}`,
        act: () => write(id, text),
        tear: () => {
          const half = text.slice(0, Math.floor(text.length / 2))
          within(id, ({ children }) => right(children.set('.tmp-status1', leaf('file', half))))
        },
      }),
    setAside: (id, at) =>
      intercept.run({
        call: 'checkpoints.setAside',
        id,
        asked: `set checkpoint ${id} aside`,
        act: () => setAside(id, at),
      }),
    makeDirectory: (id) =>
      intercept.run({
        call: 'checkpoints.makeDirectory',
        id,
        asked: `make directory of ${id}`,
        act: () => makeDirectory(id),
      }),
    sweep: (id) =>
      intercept.run({
        call: 'checkpoints.sweep',
        id,
        asked: `sweep directory of ${id}`,
        act: () => sweep(id),
      }),
  }
}
