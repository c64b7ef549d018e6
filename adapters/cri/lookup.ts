import { status } from '@grpc/grpc-js'
import { type Either, isRight, left, right } from 'fp-ts/lib/Either.js'
import { resolveId } from '../../core/id-index.js'
import type { ServedContainer, ServedNode, ServedSandbox } from '../../ports/service.js'
import { type Refusal, refusal } from './calls.js'

/** Before the first recovery is through, what is not known is not absent. */
const missing = (node: ServedNode, what: string): Refusal =>
  node.recoveredAt === null
    ? refusal(
        status.UNAVAILABLE,
        `${what}: not known yet, recovering (${node.progress.done} of ${node.progress.total})`,
      )
    : refusal(status.NOT_FOUND, `an error occurred when try to find ${what}: not found`)

const find = <A>(
  node: ServedNode,
  items: ReadonlyMap<string, A>,
  kind: string,
  asked: string,
): Either<Refusal, A> => {
  const what = `${kind} ${JSON.stringify(asked)}`
  if (asked === '') return left(refusal(status.UNKNOWN, `${what}: an id must not be empty`))
  const id = resolveId([...items.keys()], asked)
  if (isRight(id)) {
    const item = items.get(id.right)
    return item === undefined ? left(missing(node, what)) : right(item)
  }
  if (id.left.kind === 'none') return left(missing(node, what))
  const { count, matches } = id.left
  return left(refusal(status.UNKNOWN, `${what}: ${count} ids begin like that: ${matches.join(', ')}`))
}

/** The container that a whole or shortened id stands for; the codes are containerd's. */
export const findContainer = (node: ServedNode, asked: string): Either<Refusal, ServedContainer> =>
  find(node, node.containers, 'container', asked)

export const findSandbox = (node: ServedNode, asked: string): Either<Refusal, ServedSandbox> =>
  find(node, node.sandboxes, 'sandbox', asked)
