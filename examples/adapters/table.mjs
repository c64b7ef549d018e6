// A store of checkpoints in a table, in place of files: what a runtime would keep in its database. A row holds the text
// as it was given, so nothing that the runtime does not know is lost.
import { isValidId } from 'cri-recover/core'
import { failure } from 'cri-recover/ports'
import * as TE from 'fp-ts/lib/TaskEither.js'

const refuse = (tag, asked, said) => TE.left(failure(tag, asked, 'our database', said))

/** `files`: whence rows are taken over that nobody has written yet. */
export const tableOfCheckpoints = (files = null) => {
  const rows = new Map()
  const asides = new Map()
  const made = new Set()
  const taken = (id) => files?.read(id) ?? TE.right({ kind: 'missing', directory: false })
  const orMade = (id) => (file) =>
    file.kind === 'missing' && made.has(id) ? { ...file, directory: true } : file
  const read = (id) =>
    rows.has(id) ? TE.right({ kind: 'text', text: rows.get(id) }) : TE.Monad.map(taken(id), orMade(id))
  const checked = (asked, id, answer) =>
    isValidId(id) ? answer() : refuse('Malformed', `${asked} ${id}`, 'no valid identifier')
  // What is kept under a name already is not kept again.
  const keep = (id, at, file) => {
    if (file.kind === 'missing') return refuse('NotFound', `set aside ${id}`, 'no such row')
    const body = JSON.stringify(file, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
    const kept = asides.get(id) ?? new Map()
    const already = [...kept].find(([, other]) => other === body)
    const name = already?.[0] ?? `${id}@${at}#${kept.size}`
    asides.set(id, kept.set(name, body))
    return TE.right(name)
  }

  return {
    read: (id) => checked('read', id, () => read(id)),
    write: (id, text) =>
      checked('write', id, () => {
        rows.set(id, text)
        return TE.right(undefined)
      }),
    setAside: (id, at) =>
      checked('set aside', id, () => TE.Monad.chain(read(id), (file) => keep(id, at, file))),
    makeDirectory: (id) =>
      checked('make a row for', id, () => {
        made.add(id)
        return TE.right(undefined)
      }),
    sweep: (id) => checked('sweep', id, () => TE.right(0)),
  }
}
