import { isLeft, left, right } from 'fp-ts/lib/Either.js'
import { failure } from '../../ports/failure.js'
import type { Ports } from '../../ports/ports.js'

/** A containerd that leaves records out of its listings, and ends them well. */
interface Lie {
  readonly keeps: (id: string) => boolean
  /** Whether it knows those all the same, where it is asked for one by name */
  readonly knows: boolean
}

/** Whom the lies are about: a pod with four containers, the last made after the others. */
interface Ids {
  readonly pod: string
  readonly runs: string
  readonly rests: string
  readonly spare: string
}

export const liesAbout = ({ pod, runs, rests, spare }: Ids): Readonly<Record<string, Lie>> => ({
  empty: { keeps: () => false, knows: false },
  'of pods only': { keeps: (id) => id === pod, knows: false },
  'of half': { keeps: (id) => [pod, runs, rests].includes(id), knows: true },
  'older than one container': { keeps: (id) => id !== spare, knows: true },
})

export const lying = ({ containers, ...ports }: Ports, { keeps, knows }: Lie): Ports => ({
  ...ports,
  containers: {
    list: (kind, signal) => async () => {
      const listed = await containers.list(kind, signal)()
      return isLeft(listed) ? listed : right(listed.right.filter(({ id }) => keeps(id)))
    },
    detail: (id, signal) =>
      knows || keeps(id)
        ? containers.detail(id, signal)
        : async () => left(failure('NotFound', `read the record of ${id}`, 'containerd', 'not found')),
  },
})
