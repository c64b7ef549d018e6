import { isDeepStrictEqual } from 'node:util'
import { isLeft } from 'fp-ts/lib/Either.js'
import { parseWorld, printWorld, type World } from '../../adapters/memory/index.js'
import { JSON_TOKENS, textOf } from './of-json.js'
import { Breach, holds, type Target } from './target.js'

const INT64 = 2n ** 63n

const times = ({ now, containers, tasks, sandboxStore }: World): readonly bigint[] => [
  now,
  ...containers.map(({ createdAt }) => createdAt),
  ...tasks.map(({ exitedAt }) => exitedAt ?? 0n),
  ...(sandboxStore ?? []).map(({ createdAt }) => createdAt),
]

const KEYS = ['now', 'containers', 'details', 'tasks', 'sandboxStore', 'files', 'path', 'text', 'faults']

/** A file that is given to the command in place of a node. */
export const WORLD: Target = {
  name: 'world',
  decodes: 'a world file',
  tokens: [...JSON_TOKENS, ...KEYS.map((key) => `"${key}":`), '"version":1,"now":"1",', '/a', '/..'],
  run: (bytes) => {
    const read = parseWorld(textOf(bytes))
    if (isLeft(read)) {
      holds(read.left !== '', 'refused without a word')
      return
    }
    holds(
      times(read.right).every((time) => time >= -INT64 && time < INT64),
      'a time that no checkpoint can hold',
    )
    const printed = printWorld(read.right)
    const again = parseWorld(printed)
    if (isLeft(again)) throw new Breach(`what was printed cannot be read: ${again.left}`)
    holds(isDeepStrictEqual(again.right, read.right), 'what was printed reads as another world')
    holds(printWorld(again.right) === printed, 'printed twice, it changes')
  },
}
