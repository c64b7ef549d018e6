import { left, right } from 'fp-ts/lib/Either.js'
import type { Io } from '../../ports/io.js'
import type { Lock } from '../../ports/lock.js'
import type { Namespaces } from '../../ports/namespaces.js'
import { type Interceptor, refuse } from './intercept.js'
import { goneFolder, noId } from './log-places.js'
import { leaf, type Tree } from './tree.js'
import type { World } from './world.js'

export const namespacesOf = (world: World, intercept: Interceptor): Namespaces => {
  const known = new Map(world.netns.map(({ path, status }) => [path, status]))
  return {
    status: (path) =>
      intercept.run({
        call: 'namespaces.status',
        id: path,
        asked: `look at network namespace ${path}`,
        act: () => right(known.get(path) ?? 'missing'),
      }),
  }
}

/** Fresh FIFOs; the same ones when asked again, so that a second recovery finds the node as the first left it. */
export const ioOf = (world: World, tree: Tree, intercept: Interceptor): Io => ({
  obstacle: (paths) =>
    intercept.run({
      call: 'io.obstacle',
      id: paths[0] ?? null,
      asked: 'look at log pipes',
      act: () => {
        const gone = paths.map((path) => goneFolder(world, tree, path)).find((folder) => folder !== null)
        return right(gone == null ? null : `the directory of its log pipes is gone: ${gone}`)
      },
    }),
  create: ({ id, tty, stdin }) =>
    intercept.run({
      call: 'io.create',
      id,
      asked: `create IO of ${id}`,
      act: () => {
        const refusal = noId({ id })
        if (refusal !== null) return left(refusal)
        const directory = tree.make('state', ['containers', id, 'io'])
        if (directory === undefined) return refuse('Denied', 'something else stands there')
        const streams = [...(stdin ? ['stdin'] : []), 'stdout', ...(tty ? [] : ['stderr'])]
        for (const stream of streams) directory.children.set(`${id}-${stream}`, leaf('fifo'))
        return right(undefined)
      },
    }),
})

/** The lock of a root. The process of a simulation holds it until it releases it or the simulation ends. */
export const lockOf = (world: World, intercept: Interceptor): Lock => {
  let holder = world.lock
  return {
    acquire: () =>
      intercept.run({
        call: 'lock.acquire',
        id: null,
        asked: 'take the lock',
        act: () => {
          if (holder !== null) return refuse('AlreadyExists', `held by ${holder}`)
          holder = 'this process'
          let held = true
          return right({
            release: async () => {
              if (held) holder = null
              held = false
            },
          })
        },
      }),
  }
}
